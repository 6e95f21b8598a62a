import { decode as decodeWithJpegJs } from 'jpeg-js';
import { inputSize } from '../model/mobilenet-v2.ts';
import { denominatorFor as denominatorOf, jpegCodec } from '../src/image/jpeg/codec.ts';
import type { Denominator } from '../src/image/jpeg/frame.ts';
import { Picture } from '../src/image/picture.ts';
import { NetworkInput } from '../src/image/preprocess.ts';
import { unlimitedWork } from '../src/image/work-budget.ts';
import { loadSharp } from './rivals.ts';

/** Ways from a JPEG file to pixels. The key is what a fresh process is told. */
export const contenderNames = {
  jpegJs: 'jpeg-js',
  petalFull: 'Petal 1/1',
  petalToInput: `Petal to ${inputSize}`,
  sharpFull: 'sharp 1/1',
  sharpToInput: `sharp to ${inputSize}`,
} as const;

export type ContenderKey = keyof typeof contenderNames;

/** Width and height of the file, which Petal has read from its header by then. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface DecodeContender {
  readonly key: ContenderKey;
  decode(bytes: Uint8Array, size: Size): Promise<unknown>;
}

/** The scale that Petal decodes a photo at: the smallest that leaves the network all it can use. */
export function denominatorFor({ width, height }: Size): Denominator {
  return denominatorOf(new NetworkInput({ width, height, orientation: 1 }, inputSize, 'crop'));
}

export const jpegJs: DecodeContender = {
  key: 'jpegJs',
  decode: async (bytes) =>
    decodeWithJpegJs(bytes, { useTArray: true, formatAsRGBA: false, maxMemoryUsageInMB: 8192 }),
};

export const petalFull: DecodeContender = {
  key: 'petalFull',
  decode: async (bytes) => jpegCodec.open(bytes).decode(new Picture(), unlimitedWork),
};

/** As the pipeline does it: decoded at a scale, then cropped and resampled to the input. */
export const petalToInput: DecodeContender = {
  key: 'petalToInput',
  decode: async (bytes) => {
    const image = jpegCodec.open(bytes);
    return image.decode(new NetworkInput(image, inputSize, 'crop'), unlimitedWork);
  },
};

export const petalContenders: readonly DecodeContender[] = [petalFull, petalToInput];

/** sharp on one thread, as Petal has one, and without remembering the photo. */
export async function loadSharpContenders(): Promise<DecodeContender[]> {
  const sharp = await loadSharp();
  sharp.concurrency(1);
  sharp.cache(false);
  return [
    {
      key: 'sharpFull',
      decode: (bytes) => sharp(bytes).raw().toBuffer(),
    },
    {
      // Its shrink-on-load: libjpeg decodes at the scale that the size allows.
      key: 'sharpToInput',
      decode: (bytes) =>
        sharp(bytes)
          .resize(inputSize, inputSize, { fit: 'cover', kernel: 'linear' })
          .raw()
          .toBuffer(),
    },
  ];
}
