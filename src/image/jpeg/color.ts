/**
 * From component planes to RGB: enlarging what is subsampled, row by row, and
 * converting colour (JFIF 1.02; Adobe Technical Note 5116 for the others).
 */
import type { RowSink } from '../picture-target.ts';
import type { Component, Frame } from './frame.ts';

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
  if (components.length === 4) return adobeTransform === 2 ? 'ycck' : 'cmyk';
  if (adobeTransform !== undefined) return adobeTransform === 0 ? 'rgb' : 'ycc';
  if (isJfif) return 'ycc';
  return components.every(({ id }, i) => id === rgbIds[i]) ? 'rgb' : 'ycc';
}

/**
 * Enlarges one row of a component to the picture's width.
 *
 * A factor of two is a triangle filter on centred samples, as libjpeg has it
 * ("fancy upsampling"); others repeat samples.
 *
 * @param y row of the picture
 * @param row takes the result, `width` samples
 */
type RowReader = (component: Component, y: number, width: number, row: Uint8ClampedArray) => void;

/** libjpeg leaves narrow components and pictures of 1/8 to repetition, and so do we. */
function rowReaderOf(component: Component, { header, components }: Frame): RowReader {
  const { repeatAcross, repeatDown, width } = component;
  if (repeatAcross === 1 && repeatDown === 1) return copyRow;
  const isEighth = components.some(({ side }) => side === 1);
  // Chroma that libjpeg would have at twice the scale is, in a progressive frame, not.
  const isHalved = header.progressive && repeatAcross === 2 && repeatDown === 2;
  const isSmooth = width > 2 && (!isEighth || isHalved);
  if (isSmooth && repeatAcross === 2 && repeatDown === 1) return doubleAcross;
  if (isSmooth && repeatAcross === 2 && repeatDown === 2) return doubleBoth;
  if (isSmooth && repeatAcross === 1 && repeatDown === 2) return doubleDown;
  return repeatRow;
}

const copyRow: RowReader = ({ samples, stride }, y, width, row) => {
  row.set(samples.subarray(y * stride, y * stride + width));
};

const repeatRow: RowReader = (component, y, width, row) => {
  const { samples, stride, repeatAcross, repeatDown } = component;
  const from = Math.floor(y / repeatDown) * stride;
  for (let x = 0; x < width; x++) row[x] = samples[from + Math.floor(x / repeatAcross)];
};

const doubleAcross: RowReader = (component, y, width, row) => {
  const { samples, stride } = component;
  const from = y * stride;
  const last = component.width - 1;
  for (let x = 0; x < width; x++) {
    const i = x >> 1;
    const near = 3 * samples[from + i];
    if ((x & 1) === 0) row[x] = (near + samples[from + Math.max(i - 1, 0)] + 1) >> 2;
    else row[x] = (near + samples[from + Math.min(i + 1, last)] + 2) >> 2;
  }
};

/** The row of samples that is nearest to a row of the picture, and the next nearest. */
function nearRows({ stride, height }: Component, y: number): [number, number] {
  const near = Math.min(y >> 1, height - 1);
  const far = (y & 1) === 0 ? Math.max(near - 1, 0) : Math.min(near + 1, height - 1);
  return [near * stride, far * stride];
}

const doubleDown: RowReader = (component, y, width, row) => {
  const { samples } = component;
  const [near, far] = nearRows(component, y);
  const bias = (y & 1) === 0 ? 1 : 2;
  for (let x = 0; x < width; x++) row[x] = (3 * samples[near + x] + samples[far + x] + bias) >> 2;
};

const doubleBoth: RowReader = (component, y, width, row) => {
  const { samples } = component;
  const [near, far] = nearRows(component, y);
  const last = component.width - 1;
  let before = 3 * samples[near] + samples[far];
  let here = before;
  for (let i = 0, x = 0; x < width; i++) {
    const next = Math.min(i + 1, last);
    const after = 3 * samples[near + next] + samples[far + next];
    row[x++] = (3 * here + before + 8) >> 4;
    if (x < width) row[x++] = (3 * here + after + 7) >> 4;
    before = here;
    here = after;
  }
};

/** 16 bits behind the point, as libjpeg rounds. */
const fixed = (value: number): number => Math.round(value * 65_536);
const redCr = fixed(1.402);
const greenCb = fixed(0.34414);
const greenCr = fixed(0.71414);
const blueCb = fixed(1.772);
const half = 32_768;

/** Converts a row of components into pixels from `at` on. */
type RowConverter = (
  rows: readonly Uint8ClampedArray[],
  pixels: Uint8ClampedArray,
  at: number,
  width: number,
) => void;

const convertYcc: RowConverter = ([yRow, cbRow, crRow], pixels, at, width) => {
  for (let x = 0, out = at; x < width; x++, out += 3) {
    const y = yRow[x];
    const cb = cbRow[x] - 128;
    const cr = crRow[x] - 128;
    pixels[out] = y + ((redCr * cr + half) >> 16);
    pixels[out + 1] = y + ((half - greenCb * cb - greenCr * cr) >> 16);
    pixels[out + 2] = y + ((blueCb * cb + half) >> 16);
  }
};

const converters: Record<ColorSpace, RowConverter> = {
  gray: ([gray], pixels, at, width) => {
    for (let x = 0, out = at; x < width; x++, out += 3) {
      pixels.fill(gray[x], out, out + 3);
    }
  },
  rgb: (rows, pixels, at, width) => {
    for (let channel = 0; channel < 3; channel++) {
      const row = rows[channel];
      for (let x = 0, out = at + channel; x < width; x++, out += 3) pixels[out] = row[x];
    }
  },
  ycc: convertYcc,
  cmyk: convertCmyk,
  ycck: (rows, pixels, at, width) => {
    convertYcc(rows, pixels, at, width);
    const black = rows[3];
    for (let x = 0, out = at; x < width; x++, out += 3) {
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
  at: number,
  width: number,
): void {
  const black = rows[3];
  for (let channel = 0; channel < 3; channel++) {
    const row = rows[channel];
    for (let x = 0, out = at + channel; x < width; x++, out += 3) {
      pixels[out] = (row[x] * black[x]) / 255;
    }
  }
}

/** Sends the frame's picture to where it is wanted. */
export function writeRows(frame: Frame, colorSpace: ColorSpace, sink: RowSink): void {
  const { width, components } = frame;
  const readers = components.map((component) => rowReaderOf(component, frame));
  const rows = components.map(() => new Uint8ClampedArray(width));
  const pixels = new Uint8ClampedArray(width * 3);
  const wanted = new Uint8Array(pixels.buffer).subarray(sink.firstColumn * 3, sink.endColumn * 3);
  const convert = converters[colorSpace];
  for (let y = sink.firstRow; y < sink.endRow; y++) {
    if (!sink.wants(y)) continue;
    for (const [i, component] of components.entries()) readers[i](component, y, width, rows[i]);
    convert(rows, pixels, 0, width);
    sink.write(y, wanted);
  }
}
