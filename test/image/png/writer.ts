/** Writes PNG files with whatever the format allows for (W3C PNG Third Edition), and faults where asked. */
import { crc32, deflateSync } from 'node:zlib';

export interface PngPicture {
  readonly width: number;
  readonly height: number;
  readonly colorType: number;
  readonly bitDepth: number;
  /** Row by row, and the channels of a pixel one after another. */
  readonly samples: Uint16Array;
  /** Red, green, blue of each colour. */
  readonly palette?: Uint8Array;
  /** The contents of tRNS. */
  readonly transparency?: Uint8Array;
}

/** A picture as a file; nothing of it changes the pixels. */
export interface PngEncoding {
  readonly interlaced?: boolean;
  /** The filter type of each stored row, by its number; 0 where not given. */
  readonly filterOf?: (storedRow: number) => number;
  readonly deflate?: (data: Uint8Array) => Uint8Array;
  /** Where the compressed data goes on in another chunk, in bytes, ascending. */
  readonly splits?: readonly number[];
  /** Whole chunks before the data and behind it. */
  readonly before?: readonly Uint8Array[];
  readonly after?: readonly Uint8Array[];
}

export const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Samples of a pixel, by colour type (table 8). */
export const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Every colour type with every bit depth that it may have (table 9). */
export const layouts: readonly { colorType: number; bitDepth: number }[] = [
  ...[1, 2, 4, 8, 16].map((bitDepth) => ({ colorType: 0, bitDepth })),
  ...[8, 16].map((bitDepth) => ({ colorType: 2, bitDepth })),
  ...[1, 2, 4, 8].map((bitDepth) => ({ colorType: 3, bitDepth })),
  ...[8, 16].map((bitDepth) => ({ colorType: 4, bitDepth })),
  ...[8, 16].map((bitDepth) => ({ colorType: 6, bitDepth })),
];

export function joinBytes(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** A chunk with its length and checksum (5.3). */
export function chunk(type: string, data: Uint8Array | readonly number[] = []): Uint8Array {
  const typeAndData = joinBytes(Buffer.from(type, 'latin1'), data);
  return joinBytes(uint32(data.length), typeAndData, uint32(crc32(typeAndData)));
}

/** The header chunk (11.2.1), with what follows the colour type. */
export function headerChunk(
  { width, height, bitDepth, colorType }: Omit<PngPicture, 'samples'>,
  methods: readonly number[] = [0, 0, 0],
): Uint8Array {
  return chunk('IHDR', joinBytes(uint32(width), uint32(height), [bitDepth, colorType], methods));
}

/** Which pass each pixel of an 8 x 8 square belongs to (8.1). */
const passPattern = [
  '16462646',
  '77777777',
  '56565656',
  '77777777',
  '36463646',
  '77777777',
  '56565656',
  '77777777',
];

/** The samples of each row that is stored, in their order; [] where a pass begins. */
function storedRows(picture: PngPicture, interlaced: boolean): number[][] {
  const { width, height, colorType, samples } = picture;
  const channels = channelsOf[colorType];
  const rows: number[][] = [];
  for (const pass of interlaced ? '1234567' : ' ') {
    rows.push([]);
    for (let y = 0; y < height; y++) {
      const row: number[] = [];
      for (let x = 0; x < width; x++) {
        if (interlaced && passPattern[y % 8][x % 8] !== pass) continue;
        const at = (y * width + x) * channels;
        row.push(...samples.subarray(at, at + channels));
      }
      if (row.length > 0) rows.push(row);
    }
  }
  return rows;
}

/** Samples in bytes, the first in the highest bits (7.2). */
function pack(samples: readonly number[], bitDepth: number): Uint8Array {
  const bits = samples.map((sample) => sample.toString(2).padStart(bitDepth, '0')).join('');
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) =>
    Number.parseInt(byte.padEnd(8, '0'), 2),
  );
}

/** The Paeth predictor as it is defined (9.4). */
export function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [a, b, c].map((each) => Math.abs(p - each));
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** What a filter type predicts from the bytes to the left, above, and above left (9.2). */
const predictors: readonly ((a: number, b: number, c: number) => number)[] = [
  () => 0,
  (a) => a,
  (_, b) => b,
  (a, b) => Math.floor((a + b) / 2),
  paeth,
];

/** Filtered rows, each behind its filter type: what is compressed. */
export function filteredRows(picture: PngPicture, encoding: PngEncoding = {}): Uint8Array {
  const { interlaced = false, filterOf = () => 0 } = encoding;
  const { bitDepth, colorType } = picture;
  const left = Math.max(1, (bitDepth * channelsOf[colorType]) / 8);
  const filtered: Uint8Array[] = [];
  let above: Uint8Array = new Uint8Array(0);
  for (const samples of storedRows(picture, interlaced)) {
    const row = pack(samples, bitDepth);
    if (row.length > 0) {
      const type = filterOf(filtered.length);
      const predict = predictors[type] ?? predictors[0];
      const differences = row.map(
        (byte, i) => byte - predict(row[i - left] ?? 0, above[i] ?? 0, above[i - left] ?? 0),
      );
      filtered.push(Uint8Array.of(type, ...differences));
    }
    above = row;
  }
  return joinBytes(...filtered);
}

/** The chunks of compressed data, split where asked. */
export function dataChunks(data: Uint8Array, splits: readonly number[] = []): Uint8Array {
  const ends = [...splits.map((split) => Math.min(split, data.length)), data.length];
  return joinBytes(
    ...ends.map((end, i) => chunk('IDAT', data.subarray(i === 0 ? 0 : ends[i - 1], end))),
  );
}

export function writePng(picture: PngPicture, encoding: PngEncoding = {}): Uint8Array {
  const { deflate = deflateSync, splits, before = [], after = [], interlaced } = encoding;
  const { palette, transparency } = picture;
  return joinBytes(
    signature,
    headerChunk(picture, [0, 0, interlaced ? 1 : 0]),
    ...(palette === undefined ? [] : [chunk('PLTE', palette)]),
    ...(transparency === undefined ? [] : [chunk('tRNS', transparency)]),
    ...before,
    dataChunks(deflate(filteredRows(picture, encoding)), splits),
    ...after,
    chunk('IEND'),
  );
}
