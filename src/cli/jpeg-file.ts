import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import encode, { init } from '@jsquash/jpeg/encode.js';
import type { RgbImage } from '../image/rgb-image.ts';

/** 0..100; what is lost can't be seen at a thumbnail's size. */
const quality = 78;

let loading: Promise<void> | undefined;

/** The encoder is mozjpeg; its loader would fetch the binary, which Node.js doesn't do from disk. */
async function loadEncoder(): Promise<void> {
  const url = import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  const binary = await WebAssembly.compile(await readFile(fileURLToPath(url)));
  await init(binary);
}

/** A picture as a JPEG file. */
export async function encodeJpeg({ width, height, pixels }: RgbImage): Promise<Uint8Array> {
  loading ??= loadEncoder();
  await loading;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    data[to] = pixels[from];
    data[to + 1] = pixels[from + 1];
    data[to + 2] = pixels[from + 2];
  }
  return new Uint8Array(await encode({ width, height, data, colorSpace: 'srgb' }, { quality }));
}
