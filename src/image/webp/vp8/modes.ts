/** Reads how each macroblock of a key frame is predicted (RFC 6386, section 10, 11 and 19.3). */
import type { BoolDecoder } from './bool-decoder.ts';
import type { FrameHeader } from './frame-header.ts';
import {
  chromaModeProbabilities,
  lumaModeProbabilities,
  subblockModeBranches,
  subblockModeProbabilities,
  subblockModes,
} from './mode-probabilities.ts';

/** Of all of a macroblock's luma, or of its chroma (8.2, 8.3 and 12.2). */
export const mode = {
  dc: 0,
  vertical: 1,
  horizontal: 2,
  trueMotion: 3,
  /** Each subblock of luma has a mode of its own. */
  subblocks: 4,
} as const;

/** Of a subblock of luma, in the order of their probabilities (11.2 and 12.3). */
export const subblockMode = {
  dc: 0,
  trueMotion: 1,
  vertical: 2,
  horizontal: 3,
  leftDown: 4,
  rightDown: 5,
  verticalRight: 6,
  verticalLeft: 7,
  horizontalDown: 8,
  horizontalUp: 9,
} as const;

/** What subblocks are taken for whose macroblock has one mode for all, by that mode (11.3). */
const impliedSubblockModes = [
  subblockMode.dc,
  subblockMode.vertical,
  subblockMode.horizontal,
  subblockMode.trueMotion,
];

/** One macroblock after another, in the order in which they are stored. */
export class ModeReader {
  /** Of the macroblock that was read last. */
  segment = 0;
  /** Whether it has no coefficients. */
  skipsCoefficients = false;
  lumaMode: number = mode.dc;
  chromaMode: number = mode.dc;
  /** Row by row, where luma is predicted by subblocks. */
  readonly subblockModes = new Uint8Array(16);
  readonly #bits: BoolDecoder;
  readonly #skipProbability: number | undefined;
  readonly #treeProbabilities: readonly number[] | undefined;
  /** Modes of the subblocks above, of the whole row, and of those to the left. */
  readonly #above: Uint8Array;
  readonly #left = new Uint8Array(4);

  constructor({ modes, segmentation, skipProbability }: FrameHeader, macroblocksAcross: number) {
    this.#bits = modes;
    this.#skipProbability = skipProbability;
    this.#treeProbabilities = segmentation.treeProbabilities;
    this.#above = new Uint8Array(4 * macroblocksAcross).fill(subblockMode.dc);
  }

  /** Whether modes were read that aren't there. */
  get hasOverrun(): boolean {
    return this.#bits.hasOverrun;
  }

  startRow(): void {
    this.#left.fill(subblockMode.dc);
  }

  /** @param column of the macroblock */
  read(column: number): void {
    const bits = this.#bits;
    const tree = this.#treeProbabilities;
    if (tree !== undefined) {
      this.segment =
        bits.readBit(tree[0]) === 0 ? bits.readBit(tree[1]) : 2 + bits.readBit(tree[2]);
    }
    const skip = this.#skipProbability;
    this.skipsCoefficients = skip !== undefined && bits.readBit(skip) === 1;
    this.lumaMode = this.#readLumaMode();
    if (this.lumaMode === mode.subblocks) {
      this.#readSubblockModes(4 * column);
    } else {
      const implied = impliedSubblockModes[this.lumaMode];
      this.#above.fill(implied, 4 * column, 4 * column + 4);
      this.#left.fill(implied);
    }
    this.chromaMode = this.#readChromaMode();
  }

  #readLumaMode(): number {
    const bits = this.#bits;
    const of = lumaModeProbabilities;
    if (bits.readBit(of.subblocks) === 0) return mode.subblocks;
    if (bits.readBit(of.half) === 0) {
      return bits.readBit(of.vertical) === 0 ? mode.dc : mode.vertical;
    }
    return bits.readBit(of.trueMotion) === 0 ? mode.horizontal : mode.trueMotion;
  }

  #readChromaMode(): number {
    const bits = this.#bits;
    const of = chromaModeProbabilities;
    if (bits.readBit(of.dc) === 0) return mode.dc;
    if (bits.readBit(of.vertical) === 0) return mode.vertical;
    return bits.readBit(of.horizontal) === 0 ? mode.horizontal : mode.trueMotion;
  }

  #readSubblockModes(column: number): void {
    const above = this.#above;
    const left = this.#left;
    for (let y = 0; y < 4; y++) {
      let read = left[y];
      for (let x = 0; x < 4; x++) {
        read = this.#readSubblockMode(above[column + x], read);
        above[column + x] = read;
        this.subblockModes[4 * y + x] = read;
      }
      left[y] = read;
    }
  }

  /** Down the tree of 11.2, whose branches are numbered as it is drawn there. */
  #readSubblockMode(above: number, left: number): number {
    const bits = this.#bits;
    const of = subblockModeProbabilities;
    const at = (above * subblockModes + left) * subblockModeBranches;
    if (bits.readBit(of[at]) === 0) return subblockMode.dc;
    if (bits.readBit(of[at + 1]) === 0) return subblockMode.trueMotion;
    if (bits.readBit(of[at + 2]) === 0) return subblockMode.vertical;
    if (bits.readBit(of[at + 3]) === 0) {
      if (bits.readBit(of[at + 4]) === 0) return subblockMode.horizontal;
      return bits.readBit(of[at + 5]) === 0 ? subblockMode.rightDown : subblockMode.verticalRight;
    }
    if (bits.readBit(of[at + 6]) === 0) return subblockMode.leftDown;
    if (bits.readBit(of[at + 7]) === 0) return subblockMode.verticalLeft;
    return bits.readBit(of[at + 8]) === 0 ? subblockMode.horizontalDown : subblockMode.horizontalUp;
  }
}
