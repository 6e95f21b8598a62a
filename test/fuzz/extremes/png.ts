import { chunk, headerChunk, signature } from '../../image/png/writer.ts';
import { joinBytes } from '../mutator.ts';
import {
  deflateByte,
  emptyDynamicBlock,
  emptyFixedBlocks,
  emptyStoredBlock,
  zlibHeader,
} from './deflate.ts';
import { type Extreme, flood, heightFor, maxFileBytes, mostPixels } from './extreme.ts';

interface Head {
  readonly width: number;
  readonly height: number;
  readonly colorType: number;
  readonly bitDepth: number;
  readonly interlaced?: boolean;
}

const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The bytes that all rows have together, with their filter types; no fewer. */
function dataBytes({ width, height, colorType, bitDepth, interlaced }: Head): number {
  const rowBytes = 1 + Math.ceil((width * channels[colorType] * bitDepth) / 8);
  // Passes have fewer pixels a row, but more rows.
  return interlaced ? rowBytes * height + 4 * height + 100 : rowBytes * height;
}

interface Parts {
  readonly before?: Uint8Array;
  readonly data: readonly Uint8Array[];
  readonly end?: boolean;
}

function png(head: Head, { before = new Uint8Array(0), data, end = true }: Parts): Uint8Array {
  const palette = head.colorType === 3 ? chunk('PLTE', new Uint8Array(768).fill(99)) : [];
  return joinBytes([
    signature,
    headerChunk(head, [0, 0, head.interlaced ? 1 : 0]),
    palette,
    before,
    ...data,
    end ? chunk('IEND') : [],
  ]);
}

/** All filter types of all rows are this, and all filtered samples, too. */
function filled(head: Head, filter: number, end = true): Uint8Array {
  return png(head, { data: [chunk('IDAT', deflateByte(filter, dataBytes(head)))], end });
}

function extreme(name: string, why: string, make: () => Uint8Array): Extreme {
  return { name: `png: ${name}`, format: 'png', why, make };
}

const paeth = 4;
const average = 3;
const rgba16 = { colorType: 6, bitDepth: 16 };
const rgba8 = { colorType: 6, bitDepth: 8 };
const gray1 = { colorType: 0, bitDepth: 1 };
const square = { width: 7071, height: 7071 };
const longSide = 65_535;
const shortSide = heightFor(longSide);
const small = { width: 64, height: 64, colorType: 2, bitDepth: 8 };
const room = maxFileBytes - 1000;

/** A small picture whose data has something without effect in front. */
function behind(pattern: Uint8Array | readonly number[]): Uint8Array {
  const data = deflateByte(0, dataBytes(small)).subarray(zlibHeader.length);
  const useless = flood(pattern, room - data.length);
  return png(small, { data: [chunk('IDAT', joinBytes([zlibHeader, useless, data]))] });
}

const smallData = deflateByte(0, dataBytes(small));

export const pngExtremes: readonly Extreme[] = [
  extreme('RGBA16 of 7071 x 7071, Paeth', 'eight bytes a pixel, at a fiftieth of a bit each', () =>
    filled({ ...square, ...rgba16 }, paeth),
  ),
  extreme('RGBA16 of 7071 x 7071, Paeth, without IEND', 'is read to its end', () =>
    filled({ ...square, ...rgba16 }, paeth, false),
  ),
  extreme('RGBA16 of 7071 x 7071, interlaced, Paeth', 'seven passes', () =>
    filled({ ...square, ...rgba16, interlaced: true }, paeth),
  ),
  extreme('RGBA16 of 65,535 x 762, Paeth', 'eight bytes a pixel, long rows', () =>
    filled({ width: longSide, height: shortSide, ...rgba16 }, paeth),
  ),
  extreme('RGBA16 of 762 x 65,535, Paeth', 'eight bytes a pixel, many rows', () =>
    filled({ width: shortSide, height: longSide, ...rgba16 }, paeth),
  ),
  extreme('RGBA16 of 7071 x 7071, average', 'eight bytes a pixel', () =>
    filled({ ...square, ...rgba16 }, average),
  ),
  extreme('RGB16 of 7071 x 7071, Paeth', 'six bytes a pixel', () =>
    filled({ ...square, colorType: 2, bitDepth: 16 }, paeth),
  ),
  extreme('RGBA8 of 7071 x 7071, Paeth', 'four bytes a pixel, transparent', () =>
    filled({ ...square, ...rgba8 }, paeth),
  ),
  extreme('palette of 7071 x 7071, Paeth', 'a byte a pixel', () =>
    filled({ ...square, colorType: 3, bitDepth: 8 }, paeth),
  ),
  extreme('1 bit, 7071 x 7071, interlaced', 'eight pixels a byte', () =>
    filled({ ...square, ...gray1, interlaced: true }, paeth),
  ),
  extreme('1 bit, 1 x 50,000,000', 'a row costs as much as its pixel', () =>
    filled({ width: 1, height: mostPixels, ...gray1 }, paeth),
  ),
  extreme('1 bit, 8 x 6,250,000', 'a row costs as much as its pixels', () =>
    filled({ width: 8, height: 6_250_000, ...gray1 }, paeth),
  ),
  extreme('1 bit, 50,000,000 x 1', 'one row', () =>
    filled({ width: mostPixels, height: 1, ...gray1 }, paeth),
  ),
  extreme('1 bit, 762 x 65,535', 'as many rows as sides allow', () =>
    filled({ width: shortSide, height: longSide, ...gray1 }, paeth),
  ),
  extreme('1 bit, 1 x 65,535, interlaced', 'nothing but rows', () =>
    filled({ width: 1, height: longSide, ...gray1, interlaced: true }, paeth),
  ),
  extreme('data chunks without data', 'twelve bytes a chunk', () =>
    png(small, { data: [flood(chunk('IDAT'), room), chunk('IDAT', smallData)] }),
  ),
  extreme('chunks that mean nothing', 'twelve bytes a chunk', () =>
    png(small, { before: flood(chunk('tEXt'), room), data: [chunk('IDAT', smallData)] }),
  ),
  extreme('metadata chunks behind the data', 'twelve bytes a chunk', () =>
    png(small, { data: [chunk('IDAT', smallData), flood(chunk('eXIf'), room)] }),
  ),
  extreme('stored blocks without data', 'five bytes a block', () => behind(emptyStoredBlock)),
  extreme('blocks of fixed codes without data', 'ten bits a block', () =>
    behind(emptyFixedBlocks()),
  ),
  extreme('blocks with small codes of their own and no data', 'codes are made for nothing', () =>
    behind(emptyDynamicBlock(false)),
  ),
  extreme('blocks with large codes of their own and no data', 'codes are made for nothing', () =>
    behind(emptyDynamicBlock(true)),
  ),
];
