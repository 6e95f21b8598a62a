/**
 * Decodes one JPEG file in a process of its own, for `decode.ts`.
 * `node bench/first-decode-process.ts <contender> <JPEG file>` prints the
 * milliseconds that its first decoding took, without loading the code.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { readJpegHeader } from '../src/image/jpeg/header.ts';
import { jpegJs, loadSharpContenders, petalContenders } from './decode-contenders.ts';

const [key, path] = process.argv.slice(2);
// Where sharp isn't asked for it isn't loaded, since it may be missing.
const contenders = key.startsWith('sharp')
  ? await loadSharpContenders()
  : [jpegJs, ...petalContenders];
const contender = contenders.find((candidate) => candidate.key === key);
if (contender === undefined) throw new Error(`There is no contender ${key}.`);
const bytes = new Uint8Array(await readFile(path));
const size = readJpegHeader(bytes);
const start = performance.now();
await contender.decode(bytes, size);
console.log(performance.now() - start);
