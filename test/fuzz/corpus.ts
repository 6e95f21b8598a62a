import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatOf } from '../../src/image/formats.ts';
import { encodeBmps } from './encode-bmp.ts';
import { encodeWithSharp } from './encode-with-sharp.ts';

/** A real file, to be damaged. */
export interface CorpusFile {
  /** Unique in the corpus. */
  readonly name: string;
  /** Of its bytes. */
  readonly format: string;
  readonly bytes: Uint8Array;
  /** How often it is chosen, beside other files' 1. */
  readonly weight: number;
}

const fixtures = join(import.meta.dirname, '../fixtures');

const committed = [
  'valid/*/*',
  '*-variants/*',
  'invalid/image-decode-failed/*',
  'invalid/image-too-large/*',
];

/** Files that are refused as they are seldom let damage get far, and large ones take long. */
const seldom = 0.2;

function readCommitted(): [name: string, bytes: Uint8Array][] {
  const paths = committed.flatMap((pattern) => globSync(pattern, { cwd: fixtures }).sort());
  return paths.map((path) => [path, new Uint8Array(readFileSync(join(fixtures, path)))]);
}

/**
 * The committed photos, and files of every variant that can be written here.
 *
 * @throws Error where a format that is decoded has no file
 */
export async function readCorpus(formats: readonly string[]): Promise<readonly CorpusFile[]> {
  const files = [...readCommitted(), ...(await encodeWithSharp()), ...encodeBmps()];
  const corpus = files.flatMap(([name, bytes]): CorpusFile[] => {
    const format = formatOf(bytes);
    const weight = /^(invalid|large)/.test(name) ? seldom : 1;
    return format === undefined ? [] : [{ name, format, bytes, weight }];
  });
  requireEveryFormat(corpus, formats);
  return corpus;
}

/** @throws Error that names the formats without a file */
export function requireEveryFormat(
  corpus: readonly CorpusFile[],
  formats: readonly string[],
): void {
  const missing = formats.filter((name) => !corpus.some(({ format }) => format === name));
  if (missing.length === 0) return;
  throw new Error(
    `There is no file to be damaged of ${missing.join(', ')}. Put some into test/fixtures/valid, or write them in test/fuzz/encode-with-sharp.ts.`,
  );
}
