/** Writes BMP files of every header and depth, and faults where asked. */

export type Rgb = readonly [red: number, green: number, blue: number];

/** Values of the compression field. */
export const compression = { rgb: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;

export interface Bmp {
  readonly width: number;
  readonly height: number;
  /** Rows are stored from the top, which a negative height says. */
  readonly topDown?: boolean;
  readonly bitsPerPixel: number;
  /** 12 for OS/2 1.x; 16 to 64 for OS/2 2.x; 40, 52, 56, 108 and 124 for Windows. */
  readonly headerBytes?: number;
  readonly compression?: number;
  /** Of red, green, blue and perhaps alpha: inside of headers of 52 bytes or more, behind others. */
  readonly masks?: readonly number[];
  readonly palette?: readonly Rgb[];
  /** What the header says of the palette's length; 0 by default, which means all that fit the depth. */
  readonly colorsUsed?: number;
  /** Bytes between the palette and the pixels. */
  readonly gap?: number;
  /** What is stored of each pixel, row by row from the top: an index, or bits that masks select. */
  readonly values: ArrayLike<number>;
  /** Instead of the values. */
  readonly data?: Uint8Array;
}

const fileHeaderBytes = 14;

export function joinBytes(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

function littleEndian(bytes: number, ...values: readonly number[]): number[] {
  return values.flatMap((value) =>
    Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 255),
  );
}

/** One row of values, first ones in the highest bits, padded to whole 32-bit words. */
function rowBytes(values: readonly number[], bitsPerPixel: number): number[] {
  const bytes: number[] = [];
  if (bitsPerPixel >= 8) {
    bytes.push(...littleEndian(bitsPerPixel / 8, ...values));
  } else {
    const each = 8 / bitsPerPixel;
    for (let x = 0; x < values.length; x += each) {
      const group = Array.from({ length: each }, (_, i) => values[x + i] ?? 0);
      bytes.push(group.reduce((byte, value) => (byte << bitsPerPixel) | value, 0));
    }
  }
  while (bytes.length % 4 !== 0) bytes.push(0xee);
  return bytes;
}

function storedRows({ width, height, topDown = false, bitsPerPixel, values }: Bmp): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) =>
    rowBytes(Array.from(values).slice(y * width, (y + 1) * width), bitsPerPixel),
  );
  return joinBytes(...(topDown ? rows : rows.reverse()));
}

/** The header behind the file header, its masks, and nothing else. */
function infoHeader(bmp: Bmp): number[] {
  const { width, height, topDown = false, bitsPerPixel, headerBytes = 40, masks = [] } = bmp;
  if (headerBytes === 12) {
    return [...littleEndian(4, 12), ...littleEndian(2, width, height, 1, bitsPerPixel)];
  }
  const fields = [
    ...littleEndian(4, headerBytes, width, topDown ? -height : height),
    ...littleEndian(2, 1, bitsPerPixel),
    ...littleEndian(4, bmp.compression ?? 0, 0, 2835, 2835, bmp.colorsUsed ?? 0, 0),
  ];
  const withMasks = [...fields, ...littleEndian(4, ...masks)];
  const header = headerBytes < 40 ? fields.slice(0, headerBytes) : withMasks;
  while (header.length < headerBytes) header.push(0);
  return header;
}

export function writeBmp(bmp: Bmp): Uint8Array {
  const header = infoHeader(bmp);
  const palette = (bmp.palette ?? []).flatMap(([red, green, blue]) =>
    // The fourth byte is reserved, and not always 0.
    bmp.headerBytes === 12 ? [blue, green, red] : [blue, green, red, 0x77],
  );
  const gap = new Uint8Array(bmp.gap ?? 0).fill(0xdd);
  const data = bmp.data ?? storedRows(bmp);
  const offset = fileHeaderBytes + header.length + palette.length + gap.length;
  return joinBytes(
    Buffer.from('BM'),
    littleEndian(4, offset + data.length, 0, offset),
    header,
    palette,
    gap,
    data,
  );
}
