/** From rows of components to pixels (JFIF 1.02; Adobe Technical Note 5116 for the others). */
import type { Frame } from './frame.ts';

/** What the components of a frame are. */
export type ColorSpace = 'gray' | 'rgb' | 'ycc' | 'cmyk' | 'ycck';

/** What the file's segments say of its colours. */
export interface ColorHints {
  /** The transform of an Adobe segment, where there is one: 0 none, 1 YCbCr, 2 YCCK. */
  readonly adobeTransform: number | undefined;
  readonly isJfif: boolean;
}

/** Components by their identifiers, which some encoders make the letters R, G and B. */
const rgbIds = [0x52, 0x47, 0x42];

export function colorSpaceOf(frame: Frame, { adobeTransform, isJfif }: ColorHints): ColorSpace {
  const { components } = frame;
  if (components.length === 1) return 'gray';
  if (components.length === 4) return (adobeTransform ?? 0) === 0 ? 'cmyk' : 'ycck';
  if (adobeTransform !== undefined) return adobeTransform === 0 ? 'rgb' : 'ycc';
  if (isJfif) return 'ycc';
  return components.every(({ id }, i) => id === rgbIds[i]) ? 'rgb' : 'ycc';
}

/** Whether an Adobe segment's transform is one that a picture of so many components can have. */
export function isKnownTransform(transform: number, components: number): boolean {
  return transform === 0 || transform === (components === 4 ? 2 : 1) || components === 1;
}

/** 16 bits behind the point, as libjpeg rounds. */
const fixed = (value: number): number => Math.round(value * 65_536);
const redCr = fixed(1.402);
const greenCb = fixed(0.34414);
const greenCr = fixed(0.71414);
const blueCb = fixed(1.772);
const half = 32_768;

/** Converts `width` samples of each component into pixels of 8-bit RGB. */
type RowConverter = (
  rows: readonly Uint8ClampedArray[],
  pixels: Uint8ClampedArray,
  width: number,
) => void;

const convertYcc: RowConverter = ([yRow, cbRow, crRow], pixels, width) => {
  for (let x = 0, out = 0; x < width; x++, out += 3) {
    const y = yRow[x];
    const cb = cbRow[x] - 128;
    const cr = crRow[x] - 128;
    pixels[out] = y + ((redCr * cr + half) >> 16);
    pixels[out + 1] = y + ((half - greenCb * cb - greenCr * cr) >> 16);
    pixels[out + 2] = y + ((blueCb * cb + half) >> 16);
  }
};

export const converters: Record<ColorSpace, RowConverter> = {
  gray: ([gray], pixels, width) => {
    for (let x = 0, out = 0; x < width; x++, out += 3) {
      pixels.fill(gray[x], out, out + 3);
    }
  },
  rgb: (rows, pixels, width) => {
    for (let channel = 0; channel < 3; channel++) {
      const row = rows[channel];
      for (let x = 0, out = channel; x < width; x++, out += 3) pixels[out] = row[x];
    }
  },
  ycc: convertYcc,
  cmyk: convertCmyk,
  ycck: (rows, pixels, width) => {
    convertYcc(rows, pixels, width);
    const black = rows[3];
    for (let x = 0, out = 0; x < width; x++, out += 3) {
      for (let channel = 0; channel < 3; channel++) {
        pixels[out + channel] = ((255 - pixels[out + channel]) * black[x]) / 255;
      }
    }
  },
};

/**
 * Ink on paper: a pixel reflects what neither its colour's ink nor black takes.
 * Stored is 255 for no ink, as Adobe's programs do; files without an Adobe
 * segment don't say, and browsers and libvips take them for the same.
 */
function convertCmyk(
  rows: readonly Uint8ClampedArray[],
  pixels: Uint8ClampedArray,
  width: number,
): void {
  const black = rows[3];
  for (let channel = 0; channel < 3; channel++) {
    const row = rows[channel];
    for (let x = 0, out = channel; x < width; x++, out += 3) {
      pixels[out] = (row[x] * black[x]) / 255;
    }
  }
}
