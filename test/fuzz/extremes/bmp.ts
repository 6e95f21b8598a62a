import { joinBytes } from '../mutator.ts';
import {
  type Extreme,
  flood,
  heightFor,
  littleEndian,
  maxFileBytes,
  mostPixels,
} from './extreme.ts';

interface Head {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** BI_RGB, BI_RLE8, BI_RLE4, BI_BITFIELDS, BI_ALPHABITFIELDS. */
  readonly compression?: 0 | 1 | 2 | 3 | 6;
  readonly masks?: readonly number[];
  readonly headerBytes?: 40 | 124;
}

function bmp(head: Head, data: Uint8Array | readonly number[]): Uint8Array {
  const { width, height, bits, compression = 0, masks = [], headerBytes = 40 } = head;
  const palette = new Uint8Array(bits <= 8 ? 4 << bits : 0).map((_, i) => (i & 3) * 60);
  const header = [
    ...littleEndian(4, headerBytes, width, height),
    ...littleEndian(2, 1, bits),
    ...littleEndian(4, compression, 0, 2835, 2835, 0, 0, ...masks),
  ];
  while (header.length < headerBytes) header.push(0);
  const start = 14 + header.length + palette.length;
  const fileHeader = [0x42, 0x4d, ...littleEndian(4, start + data.length, 0, start)];
  return joinBytes([fileHeader, header, palette, data]);
}

/** Room for pixels beside headers. */
const room = maxFileBytes - 2000;

const endOfRow = [0, 0];
const endOfPicture = [0, 1];

function extreme(name: string, why: string, make: () => Uint8Array): Extreme {
  return { name: `bmp: ${name}`, format: 'bmp', why, make };
}

/** Rows of whole 32-bit words that fill the room, all of one byte. */
function uncompressed(head: Omit<Head, 'height'>, value: number): Uint8Array {
  const pitch = 4 * Math.ceil((head.width * head.bits) / 32);
  const height = Math.min(Math.floor(room / pitch), heightFor(head.width));
  return bmp({ ...head, height }, new Uint8Array(pitch * height).fill(value));
}

/** Run-length-encoded rows of one pattern each. */
function runs(width: number, height: number, row: readonly number[]): Uint8Array {
  const most = Math.min(height, Math.floor(room / row.length));
  return bmp({ width, height: most, bits: 8, compression: 1 }, flood(row, most * row.length));
}

const tall = 65_535;

export const bmpExtremes: readonly Extreme[] = [
  extreme('RLE8 of 1 x 50,000,000, no data', 'a row costs as much as its pixel', () =>
    bmp({ width: 1, height: mostPixels, bits: 8, compression: 1 }, endOfPicture),
  ),
  extreme('RLE4 of 1 x 50,000,000, no data', 'a row costs as much as its pixel', () =>
    bmp({ width: 1, height: mostPixels, bits: 4, compression: 2 }, endOfPicture),
  ),
  extreme(
    'RLE8 of 762 x 65,535, no data',
    'pixels without data, in as many rows as sides allow',
    () => bmp({ width: heightFor(tall), height: tall, bits: 8, compression: 1 }, endOfPicture),
  ),
  extreme('RLE8 of 7071 x 7071, no data', 'pixels without data', () =>
    bmp({ width: 7071, height: 7071, bits: 8, compression: 1 }, endOfPicture),
  ),
  extreme('RLE8 of 65,535 x 762, no data', 'pixels without data, in long rows', () =>
    bmp({ width: tall, height: heightFor(tall), bits: 8, compression: 1 }, endOfPicture),
  ),
  extreme('RLE8 of 4,000,000 x 12, no data', 'pixels without data, in very long rows', () =>
    bmp({ width: 4e6, height: 12, bits: 8, compression: 1 }, endOfPicture),
  ),
  extreme('RLE8 of 50,000,000 x 1, no data', 'a row of all pixels', () =>
    bmp({ width: mostPixels, height: 1, bits: 8, compression: 1 }, endOfPicture),
  ),
  extreme('RLE8, one end of row after another', 'two bytes a row', () =>
    runs(5, mostPixels, endOfRow),
  ),
  extreme('RLE8, moves by one row', 'four bytes a row', () => runs(10, mostPixels, [0, 2, 0, 1])),
  extreme('RLE8, moves by nothing', 'four bytes of no effect, in one row', () =>
    bmp(
      { width: 7071, height: 7071, bits: 8, compression: 1 },
      joinBytes([flood([0, 2, 0, 0], room), endOfPicture]),
    ),
  ),
  extreme('RLE8, runs of one pixel', 'two bytes a pixel', () =>
    runs(4000, 7000, [...flood([1, 7], 8000), ...endOfRow]),
  ),
  extreme('RLE8, runs beyond the end of the row', 'two bytes of no effect', () =>
    bmp(
      { width: 7071, height: 7071, bits: 8, compression: 1 },
      joinBytes([flood([255, 7], room - 2), endOfPicture]),
    ),
  ),
  extreme('RLE8, three pixels at a time', 'six bytes for three pixels', () =>
    runs(3000, 9000, [...flood([0, 3, 1, 2, 3, 0], 6000), ...endOfRow]),
  ),
  extreme('RLE4, runs of two pixels', 'two bytes for two pixels', () => {
    const row = [...flood([2, 0x12], 4000), ...endOfRow];
    const height = Math.floor(room / row.length);
    const data = flood(row, height * row.length);
    return bmp({ width: 4000, height, bits: 4, compression: 2 }, data);
  }),
  extreme('1 bit, 7071 x 7071', 'eight pixels a byte', () =>
    uncompressed({ width: 7071, bits: 1 }, 0x55),
  ),
  extreme('1 bit, 1 x 5,000,000', 'a row of one pixel', () =>
    uncompressed({ width: 1, bits: 1 }, 0x55),
  ),
  extreme('1 bit, 762 x 65,535', 'many rows', () => uncompressed({ width: 762, bits: 1 }, 0x55)),
  extreme('4 bits, 6000 wide', 'two pixels a byte', () =>
    uncompressed({ width: 6000, bits: 4 }, 0x12),
  ),
  extreme('8 bits, 4 x 5,000,000', 'a row of four pixels', () =>
    uncompressed({ width: 4, bits: 8 }, 3),
  ),
  extreme('16 bits with masks and alpha', 'scaled levels on white', () =>
    uncompressed(
      { width: 3000, bits: 16, compression: 6, masks: [0x7c00, 0x3e0, 0x1f, 0x8000] },
      0x55,
    ),
  ),
  extreme('32 bits with masks and alpha', 'scaled levels on white', () =>
    uncompressed(
      {
        width: 2200,
        bits: 32,
        compression: 3,
        headerBytes: 124,
        masks: [0x3ff00000, 0xffc00, 0x3ff, 0xc0000000],
      },
      0x55,
    ),
  ),
  extreme('32 bits whose alpha is in doubt', 'all pixels are looked at twice', () =>
    uncompressed(
      { width: 2200, bits: 32, headerBytes: 124, masks: [0xff0000, 0xff00, 0xff, 0xff000000] },
      0,
    ),
  ),
];
