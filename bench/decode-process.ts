/**
 * Decodes one photo in a process of its own, for `memory.ts` and `formats.ts`.
 * `node --expose-gc bench/decode-process.ts <decoder> <file>` prints the
 * most memory that it took above what there was before, in bytes.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { type FormatContender, formatContenders } from './format-contenders.ts';
import { measurePeak } from './resident-memory.ts';

const [name, path] = process.argv.slice(2);
// Loaded beforehand: a library's code is not what is asked for.
const decode = await formatContenders[name as FormatContender]();
const bytes = new Uint8Array(await readFile(path));
globalThis.gc?.();
console.log(await measurePeak(process.pid, () => decode(bytes)));
