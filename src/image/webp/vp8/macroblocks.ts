/** Decodes rows of macroblocks: modes, coefficients, prediction, residues. */
import type { BoolDecoder } from './bool-decoder.ts';
import { strengthIndex } from './filter-strengths.ts';
import type { FrameHeader } from './frame-header.ts';
import { addDc, addInverseDct, spreadSecondBlock } from './inverse-transforms.ts';
import { ModeReader, mode } from './modes.ts';
import { predictSquare } from './prediction.ts';
import { type Quantizer, quantizersOf, type Steps } from './quantizers.ts';
import { keepsSubblockEdges } from './row-smoother.ts';
import type { PlaneWindow, SampleWindow } from './sample-window.ts';
import { predictSubblock } from './subblock-prediction.ts';
import { blockKind, CoefficientReader } from './tokens.ts';

/** Blocks of a macroblock: 16 of luma, 4 of each chroma, and the one that has luma's DCs. */
const chromaBlocks = [16, 20];
const secondBlock = 24;

/**
 * Flags of the blocks above or to the left of a macroblock: whether they have
 * coefficients. Four are of luma, two of each chroma, one of luma's DCs.
 */
const chromaFlags = [4, 6];
const secondFlag = 8;
const flags = 9;

/**
 * Work for each macroblock: its modes and its prediction; more where subblocks have modes of their
 * own; and for each block that has coefficients.
 */
const macroblockUnits = 900;
const subblockModesUnits = 450;
const codedBlockUnits = 130;

export class MacroblockDecoder {
  /** What the row that was decoded last took. */
  rowUnits = 0;
  /** Of the row that was decoded last: how each macroblock is to be smoothed. */
  readonly smoothing: Uint8Array;
  readonly #window: SampleWindow;
  readonly #modes: ModeReader;
  readonly #reader: CoefficientReader;
  readonly #quantizers: readonly Quantizer[];
  readonly #partitions: readonly BoolDecoder[];
  readonly #above: Uint8Array;
  readonly #left = new Uint8Array(flags);
  /** By block: the position behind its last coefficient. */
  readonly #ends = new Uint8Array(secondBlock);

  constructor(header: FrameHeader, macroblocksAcross: number, window: SampleWindow) {
    this.smoothing = new Uint8Array(macroblocksAcross);
    this.#window = window;
    this.#modes = new ModeReader(header, macroblocksAcross);
    this.#reader = new CoefficientReader(header.coefficientProbabilities);
    this.#quantizers = quantizersOf(header);
    this.#partitions = header.tokenPartitions;
    this.#above = new Uint8Array(flags * macroblocksAcross);
  }

  /** Beside the window. */
  static memoryBytes(macroblocksAcross: number): number {
    return (1 + 4 + flags) * macroblocksAcross + 4096;
  }

  /**
   * Decodes the next row into the window's second row.
   *
   * @param row of macroblocks
   * @returns false where the data ends before the row does
   */
  decodeRow(row: number): boolean {
    const modes = this.#modes;
    const tokens = this.#partitions[row & (this.#partitions.length - 1)];
    modes.startRow();
    this.#left.fill(0);
    this.rowUnits = macroblockUnits * this.smoothing.length;
    for (let column = 0; column < this.smoothing.length; column++) {
      modes.read(column);
      const hasSubblockModes = modes.lumaMode === mode.subblocks;
      let hasCoefficients = false;
      if (modes.skipsCoefficients) this.#clearFlags(column, hasSubblockModes);
      else hasCoefficients = this.#readCoefficients(tokens, column, hasSubblockModes);
      if (modes.hasOverrun || tokens.hasOverrun) return false;
      this.smoothing[column] =
        strengthIndex(modes.segment, hasSubblockModes) |
        (hasCoefficients || hasSubblockModes ? 0 : keepsSubblockEdges);
      if (hasSubblockModes) {
        this.rowUnits += subblockModesUnits;
        this.#reconstructSubblocks(column);
      } else {
        this.#reconstructLuma(row, column, hasCoefficients);
      }
      this.#reconstructChroma(row, column, hasCoefficients);
      if (hasCoefficients) this.#reader.coefficients.fill(0);
    }
    this.#window.luma.extendRight();
    return true;
  }

  /** The block of luma's DCs goes on as it was where a macroblock has none (RFC 6386, 13.3). */
  #clearFlags(column: number, hasSubblockModes: boolean): void {
    const count = hasSubblockModes ? secondFlag : flags;
    this.#above.fill(0, column * flags, column * flags + count);
    this.#left.fill(0, 0, count);
  }

  /** @returns whether any is there */
  #readCoefficients(tokens: BoolDecoder, column: number, hasSubblockModes: boolean): boolean {
    const { luma, second, chroma } = this.#quantizers[this.#modes.segment];
    const flagsAbove = column * flags;
    let any = false;
    if (hasSubblockModes) {
      any = this.#readBlocks(tokens, flagsAbove, 0, 0, 4, blockKind.lumaWithDc, luma);
    } else {
      this.#readSecondBlock(tokens, flagsAbove + secondFlag, second);
      any = this.#readBlocks(tokens, flagsAbove, 0, 0, 4, blockKind.lumaAfterSecond, luma);
    }
    for (let plane = 0; plane < 2; plane++) {
      const flag = chromaFlags[plane];
      const block = chromaBlocks[plane];
      const read = this.#readBlocks(
        tokens,
        flagsAbove + flag,
        flag,
        block,
        2,
        blockKind.chroma,
        chroma,
      );
      any ||= read;
    }
    return any;
  }

  #readSecondBlock(tokens: BoolDecoder, flagAbove: number, { dc, ac }: Steps): void {
    const above = this.#above;
    const left = this.#left;
    const { coefficients } = this.#reader;
    const at = secondBlock * 16;
    const context = above[flagAbove] + left[secondFlag];
    const end = this.#reader.readBlock(tokens, at, blockKind.second, context, 0, dc, ac);
    const flag = end > 0 ? 1 : 0;
    above[flagAbove] = flag;
    left[secondFlag] = flag;
    if (end === 0) return;
    spreadSecondBlock(coefficients);
    coefficients.fill(0, at);
  }

  /**
   * Reads a square of blocks.
   *
   * @param flagAbove of the first column's flag, among all above
   * @param flagLeft of the first row's flag
   * @param firstBlock
   * @param side of the square, in blocks
   */
  #readBlocks(
    tokens: BoolDecoder,
    flagAbove: number,
    flagLeft: number,
    firstBlock: number,
    side: number,
    kind: number,
    { dc, ac }: Steps,
  ): boolean {
    const reader = this.#reader;
    const above = this.#above;
    const left = this.#left;
    const first = kind === blockKind.lumaAfterSecond ? 1 : 0;
    let any = false;
    let coded = 0;
    let block = firstBlock;
    for (let y = flagLeft; y < flagLeft + side; y++) {
      let flag = left[y];
      for (let x = flagAbove; x < flagAbove + side; x++) {
        const end = reader.readBlock(tokens, block * 16, kind, above[x] + flag, first, dc, ac);
        flag = end > first ? 1 : 0;
        coded += flag;
        above[x] = flag;
        this.#ends[block] = end;
        if (end > 1 || reader.coefficients[block * 16] !== 0) any = true;
        block += 1;
      }
      left[y] = flag;
    }
    this.rowUnits += codedBlockUnits * coded;
    return any;
  }

  #reconstructSubblocks(column: number): void {
    const { samples, stride, secondRowStart } = this.#window.luma;
    const { subblockModes } = this.#modes;
    const at = secondRowStart + 16 * column;
    // All rows of subblocks take what is above and right of the macroblock for what is above and
    // right of their last one, which is not decoded yet (12.3).
    const aboveRight = at - stride + 16;
    for (let y = 4; y < 16; y += 4) {
      samples.copyWithin(at + (y - 1) * stride + 16, aboveRight, aboveRight + 4);
    }
    const hasCoefficients = !this.#modes.skipsCoefficients;
    for (let block = 0; block < 16; block++) {
      const subblock = at + (block >> 2) * 4 * stride + (block & 3) * 4;
      predictSubblock(subblockModes[block], samples, subblock, stride);
      if (hasCoefficients) this.#addResidue(block, samples, subblock, stride);
    }
  }

  #reconstructLuma(row: number, column: number, hasCoefficients: boolean): void {
    const { samples, stride, secondRowStart } = this.#window.luma;
    const at = secondRowStart + 16 * column;
    predictSquare(this.#modes.lumaMode, samples, at, stride, 16, row > 0, column > 0);
    if (hasCoefficients) this.#addResidues(0, 4, samples, at, stride);
  }

  #reconstructChroma(row: number, column: number, hasCoefficients: boolean): void {
    const { chroma } = this.#window;
    for (let plane = 0; plane < 2; plane++) {
      const { samples, stride, secondRowStart }: PlaneWindow = chroma[plane];
      const at = secondRowStart + 8 * column;
      predictSquare(this.#modes.chromaMode, samples, at, stride, 8, row > 0, column > 0);
      if (hasCoefficients) this.#addResidues(chromaBlocks[plane], 2, samples, at, stride);
    }
  }

  /** @param side of a square of blocks, in blocks */
  #addResidues(
    firstBlock: number,
    side: number,
    samples: Uint8ClampedArray,
    at: number,
    stride: number,
  ): void {
    let block = firstBlock;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        this.#addResidue(block++, samples, at + 4 * (y * stride + x), stride);
      }
    }
  }

  #addResidue(block: number, samples: Uint8ClampedArray, at: number, stride: number): void {
    const { coefficients } = this.#reader;
    if (this.#ends[block] > 1) addInverseDct(coefficients, block * 16, samples, at, stride);
    else if (coefficients[block * 16] !== 0) addDc(coefficients[block * 16], samples, at, stride);
  }
}
