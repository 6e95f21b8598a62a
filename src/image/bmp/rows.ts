/** Reads rows that are not compressed, in place. */
import type { Channels } from './channels.ts';
import type { BmpHeader } from './header.ts';
import { Palette } from './palette.ts';

/** Some of a row's pixels, and where they go. */
export interface RowPart {
  /** Where in the file the row begins. */
  readonly start: number;
  readonly firstColumn: number;
  readonly endColumn: number;
  /** Is filled with 8-bit sRGB, three bytes a pixel. */
  readonly row: Uint8Array;
}

export type RowReader = (part: RowPart) => void;

/** Bytes of a row's pixels, and from one row to the next: these are whole 32-bit words. */
export function rowSizes({ width, bitsPerPixel }: BmpHeader): { rowBytes: number; pitch: number } {
  const bits = width * bitsPerPixel;
  return { rowBytes: Math.ceil(bits / 8), pitch: 4 * Math.ceil(bits / 32) };
}

/** @param bytes the whole file */
export function rowReader(bytes: Uint8Array, header: BmpHeader): RowReader {
  const { bitsPerPixel, channels } = header;
  if (bitsPerPixel <= 8) return indexReader(bytes, header);
  if (channels === undefined) return (part) => readBytes(bytes, part);
  return channelReader(bytes, header, channels);
}

function indexReader(bytes: Uint8Array, header: BmpHeader): RowReader {
  const { width, bitsPerPixel } = header;
  const palette = new Palette(header);
  const indices = new Uint8Array(width);
  const highest = (1 << bitsPerPixel) - 1;
  return ({ start, firstColumn, endColumn, row }) => {
    if (bitsPerPixel === 8) {
      palette.paint(bytes, start + firstColumn, start + endColumn, row);
      return;
    }
    for (let x = firstColumn; x < endColumn; x++) {
      const bit = x * bitsPerPixel;
      indices[x] = (bytes[start + (bit >> 3)] >> (8 - bitsPerPixel - (bit & 7))) & highest;
    }
    palette.paint(indices, firstColumn, endColumn, row);
  };
}

/** 24 bits: blue, green, red. */
function readBytes(bytes: Uint8Array, { start, firstColumn, endColumn, row }: RowPart): void {
  const end = start + 3 * endColumn;
  for (let from = start + 3 * firstColumn, to = 0; from < end; from += 3, to += 3) {
    row[to] = bytes[from + 2];
    row[to + 1] = bytes[from + 1];
    row[to + 2] = bytes[from];
  }
}

/** Levels of any number of bits become 8 bits; pixels that are not opaque are laid on white. */
function channelReader(bytes: Uint8Array, header: BmpHeader, channels: Channels): RowReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { red, green, blue, alpha } = channels;
  const [redScale, greenScale, blueScale] = [red, green, blue].map(({ max }) =>
    max === 0 ? 0 : 255 / max,
  );
  const isOpaque =
    alpha.max === 0 || (header.alphaIsDoubtful && !hasAlpha(view, header, alpha.mask));
  const bytesPerPixel = header.bitsPerPixel / 8;
  return ({ start, firstColumn, endColumn, row }) => {
    const end = start + bytesPerPixel * endColumn;
    let to = 0;
    for (let from = start + bytesPerPixel * firstColumn; from < end; from += bytesPerPixel) {
      const pixel = bytesPerPixel === 2 ? view.getUint16(from, true) : view.getUint32(from, true);
      row[to] = ((pixel & red.mask) >>> red.shift) * redScale + 0.5;
      row[to + 1] = ((pixel & green.mask) >>> green.shift) * greenScale + 0.5;
      row[to + 2] = ((pixel & blue.mask) >>> blue.shift) * blueScale + 0.5;
      if (!isOpaque) {
        const opacity = ((pixel & alpha.mask) >>> alpha.shift) / alpha.max;
        for (let channel = to; channel < to + 3; channel++) {
          row[channel] = 255 - (255 - row[channel]) * opacity + 0.5;
        }
      }
      to += 3;
    }
  };
}

/** Whether alpha is more than 0 anywhere, in a file of 32 bits a pixel. */
function hasAlpha(view: DataView, { width, height, pixelStart }: BmpHeader, mask: number): boolean {
  const end = Math.min(pixelStart + 4 * width * height, view.byteLength - 3);
  for (let at = pixelStart; at < end; at += 4) {
    if ((view.getUint32(at, true) & mask) !== 0) return true;
  }
  return false;
}
