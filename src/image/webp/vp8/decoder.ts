/**
 * Decodes a VP8 key frame (RFC 6386), a row of macroblocks at a time: nothing
 * of the size of the picture is kept.
 */
import type { Work } from '../../work-budget.ts';
import type { AlphaPlane } from '../alpha.ts';
import type { FrameRows } from '../frame-rows.ts';
import { filterStrengthsOf } from './filter-strengths.ts';
import { type FrameTag, readFrameHeader, readFrameTag } from './frame-header.ts';
import { MacroblockDecoder } from './macroblocks.ts';
import { PlaneReducer } from './plane-reducer.ts';
import { RowSmoother } from './row-smoother.ts';
import { keptLumaRows, SampleWindow } from './sample-window.ts';
import { RowConverter } from './yuv-to-rgb.ts';

function macroblocks(pixels: number): number {
  return (pixels + 15) >> 4;
}

/** Work for each byte of the chunk, whose bits are coefficients. */
const byteUnits = 100;
/** Work for each macroblock whose edges are smoothed, and for each pixel that becomes a colour. */
const smoothingUnits = 3000;
const pixelUnits = 5;

/**
 * Pixels of a box, each way, from which on planes are reduced before they become colours, and from
 * which on edges aren't smoothed: smoothing moves little from one box to the next.
 */
const leastPlaneReduction = 4;
const leastUnsmoothedReduction = 8;

/** What a frame is decoded for. */
interface Demand {
  /** Of the frame, up to which it is decoded. */
  readonly endRow: number;
  readonly work: Work;
}

/** The most memory that decoding a picture of this width takes, in bytes. */
export function vp8MemoryBytes(width: number): number {
  const across = macroblocks(width);
  const smoothingBytes = across;
  return (
    SampleWindow.memoryBytes(across) +
    MacroblockDecoder.memoryBytes(across) +
    RowConverter.memoryBytes(width) +
    smoothingBytes
  );
}

/**
 * @param data of a `VP8 ` chunk, as much of it as there is
 * @param alpha what is composited on white; undefined where all is opaque
 * @returns how many of the frame's rows were decoded
 * @throws AppError `image-decode-failed`, `too-much-work`
 */
export function decodeVp8(
  data: Uint8Array,
  rows: FrameRows,
  alpha: AlphaPlane | undefined,
  demand: Demand,
): number {
  demand.work.charge(byteUnits * data.length);
  return new Vp8Decoder(data, rows, alpha, demand).decode();
}

class Vp8Decoder {
  readonly #tag: FrameTag;
  readonly #window: SampleWindow;
  readonly #macroblocks: MacroblockDecoder;
  /** Undefined where edges are left as they are. */
  readonly #smoother: RowSmoother | undefined;
  /** How the window's first row is to be smoothed. */
  readonly #smoothing: Uint8Array;
  readonly #converter: RowConverter;
  /** Takes rows in place of the converter. */
  readonly #planes: PlaneReducer | undefined;
  readonly #rows: FrameRows;
  readonly #alpha: AlphaPlane | undefined;
  readonly #endRow: number;
  readonly #work: Work;
  /** Rows of pixels that were sent on, or passed over. */
  #sentRows = 0;

  constructor(
    data: Uint8Array,
    rows: FrameRows,
    alpha: AlphaPlane | undefined,
    { endRow, work }: Demand,
  ) {
    const header = readFrameHeader(data);
    this.#tag = readFrameTag(data);
    const across = macroblocks(this.#tag.width);
    this.#window = new SampleWindow(across);
    this.#macroblocks = new MacroblockDecoder(header, across, this.#window);
    this.#smoothing = new Uint8Array(across);
    this.#converter = new RowConverter(this.#tag.width, rows.firstColumn, rows.endColumn);
    this.#rows = rows;
    this.#alpha = alpha;
    this.#endRow = endRow;
    this.#work = work;
    const reduction = alpha === undefined ? rows.reduction : undefined;
    const least = Math.min(reduction?.across ?? 1, reduction?.down ?? 1);
    if (reduction !== undefined && least >= leastPlaneReduction) {
      this.#planes = new PlaneReducer(rows, reduction, work);
    }
    if (least < leastUnsmoothedReduction) {
      const strengths = filterStrengthsOf(header);
      this.#smoother = new RowSmoother(strengths, header.filter.isSimple, rows.endColumn);
    }
  }

  decode(): number {
    const end = macroblocks(this.#tag.height);
    let row = 0;
    while (row < end && this.#sentRows < this.#endRow) {
      const isDecoded = this.#macroblocks.decodeRow(row);
      this.#work.charge(this.#macroblocks.rowUnits);
      if (!isDecoded) break;
      // The newest row is smoothed after the next one was predicted from it.
      if (row > 0 && !this.#finishRow(row - 1, 16 * row - keptLumaRows)) return this.#sentRows;
      this.#smoothing.set(this.#macroblocks.smoothing);
      this.#window.advance();
      row += 1;
    }
    if (row > 0) this.#finishRow(row - 1, Math.min(16 * row, this.#tag.height));
    this.#planes?.finish();
    return this.#sentRows;
  }

  /**
   * Smooths the window's first row, and sends on what is final.
   *
   * @param row of macroblocks
   * @param end of the rows of pixels that are final
   * @returns false where there is no alpha for them
   */
  #finishRow(row: number, end: number): boolean {
    if (this.#smoother !== undefined) {
      this.#work.charge(smoothingUnits * this.#smoothing.length);
      this.#smoother.smooth(this.#window, this.#smoothing, row > 0);
    }
    const { luma, chroma } = this.#window;
    const { pixels } = this.#rows;
    const { firstRowStart, stride } = chroma[0];
    // The next row of macroblocks, which may not be there, has no chroma that is needed.
    const lastChromaRow = Math.min((this.#tag.height - 1) >> 1, 8 * row + 7);
    for (let y = this.#sentRows; y < end; y++) {
      if (this.#alpha?.readRow() === false) return false;
      this.#sentRows = y + 1;
      if (!this.#rows.wants(y)) continue;
      const chromaRow = y >> 1;
      const lumaStart = luma.firstRowStart + (y - 16 * row) * luma.stride;
      const chromaStart = firstRowStart + (chromaRow - 8 * row) * stride;
      if (this.#planes !== undefined) {
        this.#planes.add(y, this.#window, lumaStart, chromaStart);
        continue;
      }
      this.#work.charge(pixelUnits * (this.#rows.endColumn - this.#rows.firstColumn));
      const next =
        (y & 1) === 0 ? Math.max(chromaRow - 1, 0) : Math.min(chromaRow + 1, lastChromaRow);
      const nextStart = firstRowStart + (next - 8 * row) * stride;
      pixels.set(this.#converter.convert(this.#window, lumaStart, chromaStart, nextStart));
      this.#alpha?.composite(pixels, this.#rows.firstColumn);
      this.#rows.addRows(y, y + 1);
    }
    return true;
  }
}
