/**
 * Decodes one JPEG file in a process of its own, for `memory.ts`.
 * `node --expose-gc bench/decode-process.ts <decoder> <JPEG file>` prints the
 * most memory that it took above what there was before, in bytes.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { inputSize } from '../model/mobilenet-v2.ts';
import { jpegCodec } from '../src/image/jpeg/codec.ts';
import { NetworkInput } from '../src/image/preprocess.ts';
import { measurePeak } from './resident-memory.ts';
import { loadSharp } from './rivals.ts';

const decoders: Record<string, (bytes: Uint8Array) => Promise<unknown>> = {
  petal: async (bytes) => {
    const image = jpegCodec.open(bytes);
    return image.decode(new NetworkInput(image, inputSize, 'crop'));
  },
  sharp: async (bytes) => {
    const sharp = await loadSharp();
    sharp.concurrency(1);
    return sharp(bytes).raw().toBuffer();
  },
};

const [decoder, path] = process.argv.slice(2);
const bytes = new Uint8Array(await readFile(path));
// Loaded beforehand: the library's code is not what is asked for.
if (decoder === 'sharp') await loadSharp();
globalThis.gc?.();
console.log(await measurePeak(process.pid, () => decoders[decoder](bytes)));
