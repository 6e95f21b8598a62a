/** Writes GIF files (GIF89a) with whatever the format allows for, and faults where asked. */
import { encodeLzw, type LzwCoding } from './lzw-encoder.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

export interface GifFrame {
  readonly left?: number;
  readonly top?: number;
  readonly width: number;
  readonly height: number;
  /** Row by row from the top, whatever the order in which they are stored. */
  readonly indices: Uint8Array;
  /** A local colour table. */
  readonly palette?: readonly Rgb[];
  readonly interlaced?: boolean;
  /** The transparent index. */
  readonly transparent?: number;
  readonly coding?: Partial<LzwCoding>;
  /** Instead of the coded indices. */
  readonly data?: Uint8Array;
  /** Bytes of one sub-block, 1..255. */
  readonly subBlockBytes?: number;
  /** Blocks that stand before the frame. */
  readonly before?: readonly Uint8Array[];
}

export interface Gif {
  readonly version?: string;
  readonly width: number;
  readonly height: number;
  /** The global colour table. */
  readonly palette?: readonly Rgb[];
  readonly background?: number;
  readonly frames: readonly GifFrame[];
}

export function joinBytes(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

function littleEndian(...values: readonly number[]): number[] {
  return values.flatMap((value) => [value & 255, value >> 8]);
}

/** Data in sub-blocks with their terminator (clauses 15 and 16). */
export function subBlocks(data: Uint8Array, bytesEach = 255): Uint8Array {
  const parts: (Uint8Array | number[])[] = [];
  for (let at = 0; at < data.length; at += bytesEach) {
    const part = data.subarray(at, at + bytesEach);
    parts.push([part.length], part);
  }
  return joinBytes(...parts, [0]);
}

/** An extension block of any label (clauses 23 to 26). */
export function extension(label: number, data: Uint8Array, bytesEach = 255): Uint8Array {
  return joinBytes([0x21, label], subBlocks(data, bytesEach));
}

/** A Graphic Control Extension (clause 23). */
export function graphicControl(transparent: number | undefined): Uint8Array {
  const flags = transparent === undefined ? 0 : 1;
  return extension(0xf9, Uint8Array.of(flags, 10, 0, transparent ?? 0));
}

/** How a colour table's length is stored: the length is 2 to this power plus 1. */
function tableSize(palette: readonly Rgb[]): number {
  return Math.max(0, Math.ceil(Math.log2(palette.length)) - 1);
}

function tableBytes(palette: readonly Rgb[] | undefined): number[] {
  if (palette === undefined) return [];
  const bytes = palette.flatMap((color) => [...color]);
  return [...bytes, ...new Array(3 * 2 ** (tableSize(palette) + 1) - bytes.length).fill(0)];
}

/** The order in which an interlaced frame's rows are stored (appendix E). */
export function interlacedRows(height: number): number[] {
  const rows = Array.from({ length: height }, (_, y) => y);
  return [
    ...rows.filter((y) => y % 8 === 0),
    ...rows.filter((y) => y % 8 === 4),
    ...rows.filter((y) => y % 4 === 2),
    ...rows.filter((y) => y % 2 === 1),
  ];
}

function* storedIndices({ width, height, indices, interlaced }: GifFrame): Generator<number> {
  const rows = interlaced ? interlacedRows(height) : Array.from({ length: height }, (_, y) => y);
  for (const y of rows) yield* indices.subarray(y * width, (y + 1) * width);
}

function frameBytes(frame: GifFrame, globalTable: readonly Rgb[] | undefined): Uint8Array {
  const { left = 0, top = 0, width, height, palette, interlaced, transparent, before = [] } = frame;
  const local = palette === undefined ? 0 : 0x80 | tableSize(palette);
  const table = palette ?? globalTable;
  const minCodeSize = Math.max(2, table === undefined ? 8 : tableSize(table) + 1);
  const coding = { minCodeSize, ...frame.coding };
  return joinBytes(
    ...before,
    transparent === undefined ? [] : graphicControl(transparent),
    [0x2c, ...littleEndian(left, top, width, height), local | (interlaced ? 0x40 : 0)],
    tableBytes(palette),
    [coding.minCodeSize],
    subBlocks(frame.data ?? encodeLzw(storedIndices(frame), coding), frame.subBlockBytes),
  );
}

export function writeGif(gif: Gif): Uint8Array {
  const { version = '89a', width, height, palette, background = 0, frames } = gif;
  const flags = palette === undefined ? 0 : 0x80 | tableSize(palette);
  return joinBytes(
    Buffer.from(`GIF${version}`),
    [...littleEndian(width, height), flags, background, 0],
    tableBytes(palette),
    ...frames.map((frame) => frameBytes(frame, palette)),
    [0x3b],
  );
}
