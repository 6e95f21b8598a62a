/** What is undone after pixels were decoded, a row at a time (RFC 9649, section 4). */
import { addPixels, opaqueBlack } from './argb.ts';
import type { Blocks } from './blocks.ts';
import { predictLeft, predictors, predictsFromPixels } from './predictors.ts';

export interface Transform {
  /** Whether it does the same to every row. */
  readonly isSameForRows: boolean;
  /**
   * Turns the next row into what it was before the transform, in place.
   *
   * @returns the work that took
   */
  undo(row: Int32Array): number;
}

/** Work for each pixel of a row, or of a block of it, by what is done with it. */
const predictUnits = 12;
const repeatUnits = 3;
const crossColorUnits = 6;
const addGreenUnits = 2;
const indexUnits = 3;

/** Pixels are differences from what is predicted, by one of 14 modes for each block (4.1). */
export class PredictorTransform implements Transform {
  readonly isSameForRows = false;
  readonly #width: number;
  readonly #modes: Blocks<Uint8Array>;
  /** The row above, and behind it what the last column takes for its top right. */
  readonly #above: Int32Array;
  #row = 0;

  /** @param width pixels of a row */
  constructor(width: number, modes: Blocks<Uint8Array>) {
    this.#width = width;
    this.#modes = modes;
    this.#above = new Int32Array(width + 1);
  }

  undo(row: Int32Array): number {
    const width = this.#width;
    const above = this.#above;
    let units = 0;
    if (this.#row === 0) {
      row[0] = addPixels(row[0], opaqueBlack);
      predictLeft(row, above, 1, width);
      units = predictUnits * width;
    } else {
      row[0] = addPixels(row[0], above[0]);
      // There, it is the first pixel of the row itself.
      above[width] = row[0];
      const { bits, across, values } = this.#modes;
      const firstBlock = (this.#row >> bits) * across;
      for (let block = 0; block < across; block++) {
        const from = Math.max(block << bits, 1);
        const to = Math.min((block + 1) << bits, width);
        const mode = values[firstBlock + block];
        const isRepeated = repeatsFlat(mode, row, above, from, to);
        if (!isRepeated) predictors[mode](row, above, from, to);
        units += blockUnits + (isRepeated ? repeatUnits : predictUnits) * (to - from);
      }
    }
    for (let x = 0; x < width; x++) above[x] = row[x];
    this.#row += 1;
    return units;
  }
}

/** Work for each block of a row. */
const blockUnits = 20;

/**
 * Does what all predictors but black do where nothing differs from what is predicted, and all
 * pixels next to the block are alike, as they are in most of a drawing.
 *
 * @returns false where that isn't so, and nothing was done
 */
function repeatsFlat(
  mode: number,
  row: Int32Array,
  above: Int32Array,
  from: number,
  to: number,
): boolean {
  if (!predictsFromPixels(mode)) return false;
  const color = row[from - 1];
  if (above[from - 1] !== color || above[to] !== color) return false;
  for (let x = from; x < to; x++) if (row[x] !== 0 || above[x] !== color) return false;
  row.fill(color, from, to);
  return true;
}

/** How much of a channel was taken for another one: both signed, with 5 bits behind the point. */
function share(factor: number, channel: number): number {
  return (((factor << 24) >> 24) * ((channel << 24) >> 24)) >> 5;
}

/** Red and blue without what green says of them, and blue without what red does (4.2). */
export class CrossColorTransform implements Transform {
  readonly isSameForRows = false;
  readonly #width: number;
  readonly #factors: Blocks<Int32Array>;
  #row = 0;

  /**
   * @param width pixels of a row
   * @param factors in bits 0..7 of green for red, 8..15 of green for blue, 16..23 of red for blue
   */
  constructor(width: number, factors: Blocks<Int32Array>) {
    this.#width = width;
    this.#factors = factors;
  }

  undo(row: Int32Array): number {
    const { bits, across, values } = this.#factors;
    const firstBlock = (this.#row >> bits) * across;
    for (let block = 0; block < across; block++) {
      const factors = values[firstBlock + block];
      const to = Math.min((block + 1) << bits, this.#width);
      for (let x = block << bits; x < to; x++) {
        const argb = row[x];
        const green = argb >> 8;
        const red = ((argb >> 16) + share(factors, green)) & 0xff;
        const blue = (argb + share(factors >> 8, green) + share(factors >> 16, red)) & 0xff;
        row[x] = (argb & 0xff00ff00) | (red << 16) | blue;
      }
    }
    this.#row += 1;
    return blockUnits * across + crossColorUnits * this.#width;
  }
}

/** Red and blue without green (4.3). */
export class SubtractGreenTransform implements Transform {
  readonly isSameForRows = true;
  readonly #width: number;

  /** @param width pixels of a row */
  constructor(width: number) {
    this.#width = width;
  }

  undo(row: Int32Array): number {
    for (let x = 0; x < this.#width; x++) {
      const argb = row[x];
      const green = (argb >> 8) & 0xff;
      row[x] = (argb & 0xff00ff00) | (((argb & 0xff00ff) + ((green << 16) | green)) & 0xff00ff);
    }
    return addGreenUnits * this.#width;
  }
}

/** Green is a place in a palette; of small palettes, up to eight of them in one pixel (4.4). */
export class ColorIndexingTransform implements Transform {
  readonly isSameForRows = true;
  readonly #width: number;
  /** A colour for each index that there can be. */
  readonly #palette: Int32Array;
  /** Pixels in one, as a power of two. */
  readonly #bundleBits: number;

  /**
   * @param width pixels of a row, one by one
   * @param palette 256 colours; transparent black where there are fewer
   */
  constructor(width: number, palette: Int32Array, bundleBits: number) {
    this.#width = width;
    this.#palette = palette;
    this.#bundleBits = bundleBits;
  }

  undo(row: Int32Array): number {
    const palette = this.#palette;
    const bundleBits = this.#bundleBits;
    const indexBits = 8 >> bundleBits;
    const mask = (1 << indexBits) - 1;
    const placeMask = (1 << bundleBits) - 1;
    // From the end, since pixels take more room than bundles.
    for (let x = this.#width - 1; x >= 0; x--) {
      const green = (row[x >> bundleBits] >> 8) & 0xff;
      row[x] = palette[(green >> ((x & placeMask) * indexBits)) & mask];
    }
    return indexUnits * this.#width;
  }
}
