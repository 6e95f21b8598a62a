/** A file that is known beforehand by its size and hash, and what is not it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { replaceFile } from './replace-file.ts';

/** The one file that will do. */
export interface WantedFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Why what was read is not the wanted file. */
export class WrongFile extends Error {
  override readonly name = 'WrongFile';
  /** Of a transfer, `too-short` may mean that it broke off; the others are another file. */
  readonly code: 'not-a-file' | 'too-short' | 'too-long' | 'wrong-hash';

  constructor(code: WrongFile['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A number of bytes as a sentence has it: `4,070,174 bytes`. */
export function byteCount(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} bytes`;
}

function expectSize(file: WantedFile, bytes: number): void {
  if (bytes < file.bytes) {
    throw new WrongFile(
      'too-short',
      `it has ${byteCount(bytes)} instead of ${byteCount(file.bytes)}`,
    );
  }
  if (bytes > file.bytes) {
    throw new WrongFile('too-long', `it has more than the expected ${byteCount(file.bytes)}`);
  }
}

/**
 * Passes on the chunks of the wanted file, and throws in their stead as soon
 * as they cannot be it.
 *
 * @throws WrongFile
 */
async function* verified(
  file: WantedFile,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > file.bytes) expectSize(file, bytes);
    hash.update(chunk);
    yield chunk;
  }
  expectSize(file, bytes);
  const sha256 = hash.digest('hex');
  if (sha256 !== file.sha256) {
    throw new WrongFile('wrong-hash', `its sha256 is ${sha256} instead of ${file.sha256}`);
  }
}

/** The bytes of a file on disk, its size checked before any is read. */
async function* readFileOfSize(file: WantedFile, path: string): AsyncGenerator<Uint8Array, void> {
  const stats = await stat(path);
  if (!stats.isFile()) throw new WrongFile('not-a-file', 'it is not a file');
  expectSize(file, stats.size);
  for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
}

/**
 * Checks a file on disk.
 *
 * @throws WrongFile, or the file system's error where it cannot be read
 */
export async function verifyFile(file: WantedFile, path: string): Promise<void> {
  for await (const _ of verified(file, readFileOfSize(file, path)));
}

/**
 * Copies a file on disk to `target`, which appears only once the copy's bytes
 * are known to be right.
 *
 * @throws WrongFile, or the file system's error where it cannot be read
 */
export async function copyWanted(file: WantedFile, path: string, target: string): Promise<void> {
  await writeWanted(file, readFileOfSize(file, path), target);
}

/**
 * Writes what arrives to `target`, which appears only once all of it is there
 * and is right.
 *
 * @throws WrongFile, or what `chunks` throws
 */
export async function writeWanted(
  file: WantedFile,
  chunks: AsyncIterable<Uint8Array>,
  target: string,
): Promise<void> {
  await replaceFile(target, async (handle) => {
    for await (const chunk of verified(file, chunks)) await handle.writeFile(chunk);
  });
}
