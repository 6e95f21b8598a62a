import { inputSize } from '../model/mobilenet-v2.ts';
import { openPhoto } from '../src/image/decode-image.ts';
import { NetworkInput } from '../src/image/preprocess.ts';
import { unlimitedWork } from '../src/image/work-budget.ts';
import { loadFastPng, loadJsquashWebp, loadOmggif, loadSharp } from './rivals.ts';

/** Decoders by name, which is also what a fresh process is told. */
export const formatContenders = {
  /** As the pipeline does it: rows are cropped and resampled to the input as they come. */
  Petal: async () => async (bytes) => {
    const { stored } = openPhoto(bytes);
    const input = new NetworkInput(stored, inputSize, 'crop');
    stored.decode(input, unlimitedWork);
    return input.values;
  },
  'fast-png': async () => {
    const { decode } = await loadFastPng();
    return async (bytes) => decode(bytes).data;
  },
  '@jsquash/webp': async () => {
    const decode = await loadJsquashWebp();
    return async (bytes) => (await decode(new Uint8Array(bytes).buffer)).data;
  },
  omggif: async () => {
    const { GifReader } = await loadOmggif();
    return async (bytes) => {
      const reader = new GifReader(bytes);
      const pixels = new Uint8Array(reader.width * reader.height * 4);
      reader.decodeAndBlitFrameRGBA(0, pixels);
      return pixels;
    };
  },
  /** On one thread, as Petal has one, and without remembering the photo. */
  sharp: async () => {
    const sharp = await loadSharp();
    sharp.concurrency(1);
    sharp.cache(false);
    return (bytes) =>
      sharp(bytes)
        .resize(inputSize, inputSize, { fit: 'cover', kernel: 'linear' })
        .raw()
        .toBuffer();
  },
} satisfies Record<string, () => Promise<(bytes: Uint8Array) => Promise<ArrayLike<number>>>>;

export type FormatContender = keyof typeof formatContenders;
