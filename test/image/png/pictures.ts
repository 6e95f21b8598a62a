/** Pictures for the tests to write, and what they have to look like. */
import fc from 'fast-check';
import sharp from 'sharp';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { seededRandom } from '../../../src/seeded-random.ts';
import { channelsOf, type PngEncoding, type PngPicture } from './writer.ts';

/** Levels of red, green and blue, and of how much they cover, 0 to `max`. */
interface Color {
  readonly channels: readonly number[];
  readonly alpha: number;
  readonly max: number;
}

/** What tRNS says of a sample: two bytes each, of which only the bits of the depth count (11.3.1.1). */
function isTransparent({ bitDepth, transparency }: PngPicture, levels: readonly number[]): boolean {
  if (transparency === undefined) return false;
  return levels.every((level, i) => {
    const key = transparency[2 * i] * 256 + transparency[2 * i + 1];
    return key % 2 ** bitDepth === level;
  });
}

function colorOf(picture: PngPicture, samples: readonly number[]): Color {
  const { bitDepth, colorType, palette = [], transparency = [] } = picture;
  const max = 2 ** bitDepth - 1;
  const [first] = samples;
  if (colorType === 3) {
    const channels = [0, 1, 2].map((channel) => palette[3 * first + channel] ?? 0);
    return { channels, alpha: transparency[first] ?? 255, max: 255 };
  }
  const isGray = colorType === 0 || colorType === 4;
  const levels = isGray ? [first] : samples.slice(0, 3);
  const channels = isGray ? [first, first, first] : levels;
  if (colorType >= 4) return { channels, alpha: samples[samples.length - 1], max };
  return { channels, alpha: isTransparent(picture, levels) ? 0 : max, max };
}

/** A picture's colours on white, rounded to 8 bits once. */
export function onWhite(picture: PngPicture): RgbImage {
  const { width, height, colorType, samples } = picture;
  const channels = channelsOf[colorType];
  const pixels = Array.from({ length: width * height }, (_, i) => {
    const pixel = [...samples.subarray(i * channels, (i + 1) * channels)];
    const { channels: levels, alpha, max } = colorOf(picture, pixel);
    return levels.map((level) =>
      Math.round(((level * alpha + max * (max - alpha)) * 255) / (max * max)),
    );
  });
  return { width, height, pixels: Uint8Array.from(pixels.flat()) };
}

/** Whether other decoders may round differently: to 8 bits and on white in two steps. */
export function isRounded({ bitDepth, colorType, transparency }: PngPicture): boolean {
  return bitDepth === 16 || colorType >= 4 || transparency !== undefined;
}

/** libvips's idea of a file, on white. */
export async function decodeWithSharp(bytes: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(bytes, { ignoreIcc: true })
    .toColourspace('srgb')
    .flatten({ background: 'white' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
}

/** Noise over a gradient, so that every row, column and channel differs from every other. */
export function drawPicture(
  { colorType, bitDepth }: { colorType: number; bitDepth: number },
  width: number,
  height: number,
  seed = 1,
): PngPicture {
  const random = seededRandom(seed);
  const levels = 2 ** bitDepth;
  const channels = channelsOf[colorType];
  const samples = Uint16Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const gradient = ((pixel % width) / width + Math.floor(pixel / width) / height) / 2;
    return Math.min(levels - 1, (gradient * 0.7 + random() * 0.3) * levels);
  });
  const picture = { width, height, colorType, bitDepth, samples };
  if (colorType !== 3) return picture;
  return { ...picture, palette: Uint8Array.from({ length: 3 * levels }, () => random() * 256) };
}

/** Where a picture may have tRNS: something that fits its samples. */
function anyTransparency(picture: PngPicture): fc.Arbitrary<Uint8Array | undefined> {
  const { colorType, samples, palette = [], bitDepth } = picture;
  if (colorType >= 4) return fc.constant(undefined);
  if (colorType === 3) {
    return fc.option(fc.uint8Array({ maxLength: palette.length / 3 }), { nil: undefined });
  }
  const channels = channelsOf[colorType];
  const key = fc.tuple(fc.nat(samples.length / channels - 1), fc.nat(255)).map(([pixel, more]) => {
    // The bits that a sample has not don't count.
    const high = bitDepth < 16 ? (more << bitDepth) & 0xffff : 0;
    const levels = [...samples.subarray(pixel * channels, (pixel + 1) * channels)];
    return Uint8Array.from(levels.flatMap((level) => [(level | high) >> 8, level | high]));
  });
  return fc.option(key, { nil: undefined });
}

const side = fc.integer({ min: 1, max: 33 });

/** A picture of 1 x 1 to 33 x 33 pixels, of few levels or many. */
export function anyPicture(layout: {
  colorType: number;
  bitDepth: number;
}): fc.Arbitrary<PngPicture> {
  return fc
    .record({ width: side, height: side, seed: fc.nat(), isNoise: fc.boolean() })
    .map(({ width, height, seed, isNoise }) => {
      const picture = drawPicture(layout, width, height, seed);
      const random = seededRandom(seed);
      const levels = 2 ** layout.bitDepth;
      return isNoise
        ? { ...picture, samples: picture.samples.map(() => random() * levels) }
        : picture;
    })
    .chain((picture) =>
      anyTransparency(picture).map((transparency) =>
        transparency === undefined ? picture : { ...picture, transparency },
      ),
    );
}

/** All rows with one filter type, or each with one of its own. */
export const anyFiltering: fc.Arbitrary<Pick<PngEncoding, 'filterOf'>> = fc.oneof(
  fc.integer({ min: 0, max: 4 }).map((type) => ({ filterOf: () => type })),
  fc.nat().map((seed) => {
    const random = seededRandom(seed);
    const types = Array.from({ length: 100 }, () => Math.floor(random() * 5));
    return { filterOf: (row: number) => types[row % types.length] };
  }),
);
