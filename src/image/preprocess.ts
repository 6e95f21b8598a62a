import { type Augmentation, cropOf, unaugmented } from './augmentation.ts';
import { type Fit, place, type Rectangle } from './fit.ts';
import {
  mirrored as mirrorOf,
  type Orientation,
  storedRectangle,
  swapsSides,
  turningSteps,
} from './orientation.ts';
import type { PictureTarget, Reduction, Region, RowSink, ScaledPicture } from './picture-target.ts';
import type { RgbImage } from './rgb-image.ts';

/**
 * Samples that a reduced photo keeps for each pixel of the input, across and
 * down. Fewer blur: of 100 ImageNet photos 87 are recognised with 1.0, 88 with
 * 1.5, and 89 with 1.6 or more and without reducing (`npm run evaluate`).
 */
const samplesPerPixel = 1.6;

/** Samples that each output position is interpolated from, and their weights. */
interface Taps {
  readonly outputs: number;
  /** Samples an output. */
  readonly each: number;
  /** In samples of the scaled picture, ascending; `each` for an output. */
  readonly samples: Int32Array;
  readonly weights: Float32Array;
}

/** How much a mean over a box differs from the value in its middle, to the second order: see {@link linearTaps}. */
const boxCorrection = 1 / 24;

/**
 * Linear interpolation with half-pixel centres: output i of n, over `length`
 * stored pixels from `start`, lies at start + (i + 0.5) * length / n, which is
 * half a sample more than a sample's number, held inside the `samples` that are.
 *
 * Where samples are means of `reduction` pixels, the values in their middles
 * are interpolated instead: m - (m[-1] - 2m + m[+1]) / 24, by the Taylor
 * series of a mean over a box. Reduced photos would otherwise be a little
 * softer than others, which costs answers.
 */
function linearTaps(
  start: number,
  length: number,
  reduction: number,
  samples: number,
  outputs: number,
): Taps {
  const each = reduction === 1 ? 2 : 4;
  const before = each / 2 - 1;
  const taps = {
    outputs,
    each,
    samples: new Int32Array(outputs * each),
    weights: new Float32Array(outputs * each),
  };
  for (let i = 0; i < outputs; i++) {
    const center = (start + ((i + 0.5) * length) / outputs) / reduction - 0.5;
    const position = Math.min(Math.max(center, 0), samples - 1);
    const below = Math.floor(position);
    const above = position - below;
    for (let tap = 0; tap < each; tap++) {
      const sample = Math.min(Math.max(below - before + tap, 0), samples - 1);
      taps.samples[i * each + tap] = sample;
    }
    const weights = taps.weights.subarray(i * each, (i + 1) * each);
    if (each === 2) {
      weights.set([1 - above, above]);
      continue;
    }
    for (const [tap, weight] of [
      [1, 1 - above],
      [2, above],
    ]) {
      weights[tap - 1] -= weight * boxCorrection;
      weights[tap] += weight * (1 + 2 * boxCorrection);
      weights[tap + 1] -= weight * boxCorrection;
    }
  }
  return taps;
}

/** A photo as its file stores it. */
export interface StoredPhoto {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** How it is to be turned. */
  readonly orientation: Orientation;
}

/**
 * Takes a photo row by row and makes it the network's input, upright: crop,
 * squash or pad to a square, linear interpolation with half-pixel centres and
 * no antialiasing (the best last step for this network, see model/README.md),
 * scaled by `value / 127.5 - 1`. Classifying, evaluating and training all use this.
 */
export class NetworkInput implements PictureTarget {
  /** float32 [size, size, 3], row-major RGB, -1..1; bars of `pad` are 0. Complete after the last row. */
  readonly values: Float32Array;
  readonly maxReduction: Reduction;
  /** In stored pixels. */
  readonly #source: Rectangle;
  /** Outputs in the stored picture's directions. */
  readonly #across: number;
  readonly #down: number;
  /** Where in `values` the stored picture's first output goes, and the steps from there. */
  readonly #first: number;
  readonly #stepAcross: number;
  readonly #stepDown: number;

  /**
   * @param size side of the square input in pixels
   * @param augmentation how training varies the photo; answers are about photos as they are
   */
  constructor(
    { width, height, orientation }: StoredPhoto,
    size: number,
    fit: Fit,
    augmentation: Augmentation = unaugmented,
  ) {
    const swaps = swapsSides(orientation);
    const [uprightWidth, uprightHeight] = swaps ? [height, width] : [width, height];
    const { source: whole, target } = place(uprightWidth, uprightHeight, size, fit);
    const crop = cropOf(augmentation, whole, uprightWidth, uprightHeight);
    const source = storedRectangle(orientation, crop, width, height);
    this.values = new Float32Array(size * size * 3);
    this.#source = source;
    this.#across = swaps ? target.height : target.width;
    this.#down = swaps ? target.width : target.height;
    this.maxReduction = {
      across: Math.max(1, source.width / this.#across / samplesPerPixel),
      down: Math.max(1, source.height / this.#down / samplesPerPixel),
    };
    const turn = augmentation.mirrored ? mirrorOf(orientation) : orientation;
    const steps = turningSteps(turn, target.width, target.height, size);
    this.#first = (target.y * size + target.x + steps.first) * 3;
    this.#stepAcross = steps.across * 3;
    this.#stepDown = steps.down * 3;
  }

  region(picture: ScaledPicture): Region {
    const { columns, rows } = this.#taps(picture);
    return {
      firstColumn: columns.samples[0],
      endColumn: columns.samples[columns.samples.length - 1] + 1,
      firstRow: rows.samples[0],
      endRow: rows.samples[rows.samples.length - 1] + 1,
    };
  }

  open(picture: ScaledPicture): RowSink {
    const { columns, rows } = this.#taps(picture);
    const region = this.region(picture);
    const { firstColumn, firstRow, endRow } = region;
    const wanted = new Uint8Array(endRow - firstRow);
    for (const row of rows.samples) wanted[row - firstRow] = 1;
    const offsets = columns.samples.map((column) => (column - firstColumn) * 3);
    // The last rows, resampled across: as many as an output can need at once.
    const recent = Array.from({ length: 4 }, () => new Float32Array(columns.outputs * 3));
    let output = 0;
    return {
      ...region,
      wants: (y) => wanted[y - firstRow] === 1,
      write: (y, row) => {
        resampleAcross(row, columns, offsets, recent[y & 3]);
        for (; output < rows.outputs && lastTap(rows, output) === y; output++) {
          this.#resampleDown(rows, output, recent);
          // Corrected means may lie a little beyond the values that they are of.
          if (columns.each > 2 || rows.each > 2) this.#clampRow(output, columns.outputs);
        }
      },
    };
  }

  #taps({ width, height, reduction }: ScaledPicture): { columns: Taps; rows: Taps } {
    const { x, y, width: across, height: down } = this.#source;
    return {
      columns: linearTaps(x, across, reduction.across, width, this.#across),
      rows: linearTaps(y, down, reduction.down, height, this.#down),
    };
  }

  #resampleDown({ each, samples, weights }: Taps, output: number, recent: Float32Array[]): void {
    const values = this.values;
    const bytes = recent[0].length;
    const start = this.#first + output * this.#stepDown;
    for (let tap = 0; tap < each; tap++) {
      const row = recent[samples[output * each + tap] & 3];
      // The scaling to -1..1 is linear, so it can ride on the weights.
      const weight = weights[output * each + tap] / 127.5;
      const before = tap === 0 ? -1 : 0;
      for (let from = 0, to = start; from < bytes; from += 3, to += this.#stepAcross) {
        values[to] += before + row[from] * weight;
        values[to + 1] += before + row[from + 1] * weight;
        values[to + 2] += before + row[from + 2] * weight;
      }
    }
  }

  #clampRow(output: number, columns: number): void {
    const values = this.values;
    let to = this.#first + output * this.#stepDown;
    for (let column = 0; column < columns; column++, to += this.#stepAcross) {
      for (let channel = to; channel < to + 3; channel++) {
        values[channel] = Math.min(Math.max(values[channel], -1), 1);
      }
    }
  }
}

function lastTap({ each, samples }: Taps, output: number): number {
  return samples[(output + 1) * each - 1];
}

function resampleAcross(
  row: Uint8Array,
  { each, outputs, weights }: Taps,
  offsets: Int32Array,
  result: Float32Array,
): void {
  if (each === 2) {
    for (let i = 0; i < outputs; i++) {
      const left = offsets[i * 2];
      const right = offsets[i * 2 + 1];
      const leftWeight = weights[i * 2];
      const rightWeight = weights[i * 2 + 1];
      result[i * 3] = row[left] * leftWeight + row[right] * rightWeight;
      result[i * 3 + 1] = row[left + 1] * leftWeight + row[right + 1] * rightWeight;
      result[i * 3 + 2] = row[left + 2] * leftWeight + row[right + 2] * rightWeight;
    }
    return;
  }
  for (let i = 0, tap = 0; i < outputs; i++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (const end = tap + each; tap < end; tap++) {
      const weight = weights[tap];
      const from = offsets[tap];
      red += row[from] * weight;
      green += row[from + 1] * weight;
      blue += row[from + 2] * weight;
    }
    result[i * 3] = red;
    result[i * 3 + 1] = green;
    result[i * 3 + 2] = blue;
  }
}

/**
 * Turns pixels into the network's input, as {@link NetworkInput} does with a file's rows.
 *
 * @param image upright
 * @param size side of the square input in pixels
 * @returns float32 [size, size, 3], row-major RGB, -1..1; bars of `pad` are 0
 */
export function preprocess(
  image: RgbImage,
  size: number,
  fit: Fit,
  augmentation?: Augmentation,
): Float32Array {
  const { width, height, pixels } = image;
  const input = new NetworkInput({ width, height, orientation: 1 }, size, fit, augmentation);
  const sink = input.open({ width, height, reduction: { across: 1, down: 1 } });
  const { firstColumn, endColumn, firstRow, endRow } = sink;
  for (let y = firstRow; y < endRow; y++) {
    const start = y * width;
    if (!sink.wants(y)) continue;
    sink.write(y, pixels.subarray((start + firstColumn) * 3, (start + endColumn) * 3));
  }
  return input.values;
}
