/** Reads the coefficients of blocks (RFC 6386, section 13). */
import type { BoolDecoder } from './bool-decoder.ts';
import { bands, branches, contexts } from './coefficient-probabilities.ts';

/** What a block's probabilities depend on (13.3): the first index of `coefficient-probabilities.ts`. */
export const blockKind = { lumaAfterSecond: 0, second: 1, chroma: 2, lumaWithDc: 3 } as const;

const blockProbabilities = bands * contexts * branches;
const bandProbabilities = contexts * branches;

/** By position in a block, which group it is in; one more is behind the last position (13.3). */
const bandOffsets = new Uint16Array(
  [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0].map((band) => band * bandProbabilities),
);

/** Where in a block of 4 x 4 the next coefficient belongs (section 13). */
const zigzag = new Uint8Array([0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15]);

/** Probabilities of the bits of large values, the highest first, and the least value (13.2). */
const categories = [
  { least: 11, probabilities: new Uint8Array([173, 148, 140]) },
  { least: 19, probabilities: new Uint8Array([176, 155, 140, 135]) },
  { least: 35, probabilities: new Uint8Array([180, 157, 141, 134, 130]) },
  {
    least: 67,
    probabilities: new Uint8Array([254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129]),
  },
] as const;

/** The coefficients of one frame. */
export class CoefficientReader {
  /** A macroblock's: 16 blocks of luma, 4 of each chroma and one of luma's DCs, times their steps. */
  readonly coefficients = new Int16Array(25 * 16);
  readonly #probabilities: Uint8Array;

  /** @param probabilities as in `coefficient-probabilities.ts` */
  constructor(probabilities: Uint8Array) {
    this.#probabilities = probabilities;
  }

  /**
   * Reads one block to where it belongs, which must be zeros.
   *
   * @param at of its first coefficient in {@link coefficients}
   * @param context how many of the blocks above and to the left have coefficients
   * @param first 1 where the DC is in another block, else 0
   * @returns the position behind the last coefficient; `first` where there is none
   */
  readBlock(
    bits: BoolDecoder,
    at: number,
    kind: number,
    context: number,
    first: number,
    dcStep: number,
    acStep: number,
  ): number {
    const of = this.#probabilities;
    const coefficients = this.coefficients;
    const ofKind = kind * blockProbabilities;
    let position = first;
    let branch = ofKind + bandOffsets[first] + context * branches;
    while (position < 16) {
      if (bits.readBit(of[branch]) === 0) return position;
      while (bits.readBit(of[branch + 1]) === 0) {
        position += 1;
        if (position === 16) return 16;
        branch = ofKind + bandOffsets[position];
      }
      const next = ofKind + bandOffsets[position + 1];
      let value = 1;
      if (bits.readBit(of[branch + 2]) === 0) {
        branch = next + branches;
      } else {
        value = this.#readLarge(bits, branch);
        branch = next + 2 * branches;
      }
      if (bits.readBit(128) === 1) value = -value;
      coefficients[at + zigzag[position]] = value * (position === 0 ? dcStep : acStep);
      position += 1;
    }
    return 16;
  }

  /** A value of 2 or more. */
  #readLarge(bits: BoolDecoder, branch: number): number {
    const of = this.#probabilities;
    if (bits.readBit(of[branch + 3]) === 0) {
      if (bits.readBit(of[branch + 4]) === 0) return 2;
      return 3 + bits.readBit(of[branch + 5]);
    }
    if (bits.readBit(of[branch + 6]) === 0) {
      if (bits.readBit(of[branch + 7]) === 0) return 5 + bits.readBit(159);
      return 7 + 2 * bits.readBit(165) + bits.readBit(145);
    }
    const high = bits.readBit(of[branch + 8]);
    const { least, probabilities } = categories[2 * high + bits.readBit(of[branch + 9 + high])];
    let extra = 0;
    for (let i = 0; i < probabilities.length; i++) {
      extra = 2 * extra + bits.readBit(probabilities[i]);
    }
    return least + extra;
  }
}
