import { flatCodes } from '../../image/gif/lzw-encoder.ts';
import { joinBytes } from '../mutator.ts';
import { BitWriter } from './bit-writer.ts';
import { type Extreme, flood, heightFor, littleEndian, maxFileBytes } from './extreme.ts';

interface Head {
  readonly width: number;
  readonly height: number;
  readonly frame?: readonly [left: number, top: number, width: number, height: number];
  readonly interlaced?: boolean;
  readonly transparent?: boolean;
  /** Blocks in front of the frame. */
  readonly before?: Uint8Array;
  /** Left out, the file may be cut short, and is read to its end. */
  readonly trailer?: boolean;
}

/** @param blocks of the frame's data, without the one that ends them */
function gif(head: Head, minCodeSize: number, blocks: Uint8Array): Uint8Array {
  const { width, height, frame = [0, 0, width, height], before = [] } = head;
  const palette = new Uint8Array(768).map((_, i) => (i * 7) & 255);
  const control = head.transparent ? [0x21, 0xf9, 4, 1, 0, 0, 0, 0] : [];
  return joinBytes([
    Buffer.from('GIF89a'),
    [...littleEndian(2, width, height), 0xf7, 0, 0],
    palette,
    before,
    control,
    [0x2c, ...littleEndian(2, ...frame), head.interlaced ? 0x40 : 0, minCodeSize],
    blocks,
    [0],
    head.trailer === false ? [] : [0x3b],
  ]);
}

/** Data in sub-blocks, without the one that ends them. */
function inBlocks(data: Uint8Array, bytesEach = 255): Uint8Array {
  const blocks = new Uint8Array(data.length + Math.ceil(data.length / bytesEach));
  for (let from = 0, to = 0; from < data.length; from += bytesEach) {
    const part = data.subarray(from, from + bytesEach);
    blocks[to] = part.length;
    blocks.set(part, to + 1);
    to += 1 + part.length;
  }
  return blocks;
}

function extreme(name: string, why: string, make: () => Uint8Array): Extreme {
  return { name: `gif: ${name}`, format: 'gif', why, make };
}

type Code = readonly [value: number, bits: number];

/** @returns one pattern of whole bytes after another, up to so many bytes */
function codes(pattern: readonly Code[], bytes: number): Uint8Array {
  const bits = new BitWriter('lowest first');
  do for (const [value, size] of pattern) bits.write(value, size);
  while (bits.length % 8 !== 0);
  return flood(bits.bytes, bytes);
}

const room = maxFileBytes - 2000;
/** Of which sub-blocks of 255 bytes have 254. */
const dataRoom = Math.floor((room / 256) * 255);
const longSide = 65_535;
const shortSide = heightFor(longSide);
const wide = { width: longSide, height: shortSide };
const tall = { width: shortSide, height: longSide };

/**
 * Codes of at least so many pixels, each of a string that is one pixel longer than the one before
 * and not of one index alone.
 */
function unevenCodes(pixels: number): Uint8Array {
  const clear = 4;
  const bits = new BitWriter('lowest first');
  for (let written = 0; written < pixels; ) {
    for (const code of [clear, 0, 1, clear + 2]) bits.write(code, 3);
    written += 4;
    // The strings of 0 and 1, and of 1 and 0, are known by now. Each further code stands for the
    // string that it completes: the one before, and its first index once more.
    let size = 4;
    for (let code = clear + 4; code < 4096 && written < pixels; code++) {
      bits.write(code, size);
      written += code - clear - 1;
      if (code + 1 === 1 << size && size < 12) size += 1;
    }
  }
  return bits.bytes;
}

function uneven(head: Head): Uint8Array {
  return gif(head, 2, inBlocks(unevenCodes(head.width * head.height)));
}

function flat(head: Head): Uint8Array {
  return gif(head, 2, inBlocks(flatCodes(head.width * head.height, 2)));
}

/** A pixel of index 1, and the code that clears the table. */
function pixelAndClear(minCodeSize: number): readonly Code[] {
  // Of two indices, the table has as many codes as bits allow once the first pixel is there.
  const clearBits = minCodeSize === 1 ? 3 : minCodeSize + 1;
  return [
    [1, minCodeSize + 1],
    [1 << minCodeSize, clearBits],
  ];
}

/** A picture of pixels that take a code each. */
function cleared(minCodeSize: number, bytesEach: number): Uint8Array {
  const pattern = pixelAndClear(minCodeSize);
  const bits = pattern.reduce((sum, [, size]) => sum + size, 0);
  const data = codes(pattern, Math.floor((room / (bytesEach + 1)) * bytesEach));
  const width = 5000;
  const height = Math.min(heightFor(width), Math.floor((data.length * 8) / bits / width));
  return gif({ width, height }, minCodeSize, inBlocks(data, bytesEach));
}

export const gifExtremes: readonly Extreme[] = [
  extreme('65,535 x 762, longest strings', 'a thousand pixels a code', () => flat(wide)),
  extreme('762 x 65,535, longest strings', 'a thousand pixels a code, many rows', () => flat(tall)),
  extreme('762 x 65,535, interlaced', 'rows in four passes', () =>
    flat({ ...tall, interlaced: true }),
  ),
  extreme('7071 x 7071, longest strings of two indices', 'no row is like another', () =>
    uneven({ width: 7071, height: 7071 }),
  ),
  extreme(
    '762 x 65,535, longest strings of two indices, interlaced',
    'no row is like another',
    () => uneven({ ...tall, interlaced: true }),
  ),
  extreme('7071 x 7071, longest strings', 'a thousand pixels a code', () =>
    flat({ width: 7071, height: 7071 }),
  ),
  extreme('7071 x 7071, transparent, without a trailer', 'is read to its end', () =>
    flat({ width: 7071, height: 7071, interlaced: true, transparent: true, trailer: false }),
  ),
  extreme('a frame of one pixel in 65,535 x 762', 'pixels that the frame leaves white', () =>
    gif({ ...wide, frame: [0, 0, 1, 1] }, 2, inBlocks(flatCodes(1, 2))),
  ),
  extreme('a frame of one pixel in 762 x 65,535', 'pixels that the frame leaves white', () =>
    gif({ ...tall, frame: [0, 0, 1, 1] }, 2, inBlocks(flatCodes(1, 2))),
  ),
  extreme('a clear code behind each pixel', 'five bits a pixel, and no string', () =>
    cleared(1, 255),
  ),
  extreme('a clear code behind each pixel of 8 bits', '18 bits a pixel', () => cleared(8, 255)),
  extreme(
    'a clear code behind each pixel, in sub-blocks of one byte',
    'sub-blocks as small as can be',
    () => cleared(1, 1),
  ),
  extreme('nothing but clear codes', 'codes without pixels', () =>
    gif({ width: 100, height: 100 }, 1, inBlocks(codes([[2, 2]], dataRoom))),
  ),
  extreme('clear codes in sub-blocks of one byte', 'codes without pixels', () =>
    gif({ width: 100, height: 100 }, 1, flood([1, 0xaa], room)),
  ),
  extreme('extensions without data', 'three bytes a block', () =>
    gif(
      { width: 8, height: 8, before: flood([0x21, 0xfe, 0], room) },
      2,
      inBlocks(flatCodes(64, 2)),
    ),
  ),
  extreme('an extension of sub-blocks of one byte', 'two bytes a block', () =>
    gif(
      {
        width: 8,
        height: 8,
        before: joinBytes([[0x21, 0xfe], flood([1, 0], room), [0]]),
      },
      2,
      inBlocks(flatCodes(64, 2)),
    ),
  ),
];
