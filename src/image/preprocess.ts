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
import { recentRows, resampleAcross, resampleDown } from './resample.ts';
import type { RgbImage } from './rgb-image.ts';
import { lastTap, linearTaps, type Taps } from './taps.ts';

/**
 * Samples that a reduced photo keeps for each pixel of the input, across and
 * down. Fewer blur: of 100 ImageNet photos 87 are recognised with 1.0, 88 with
 * 1.5, and 89 with 1.6 or more and without reducing (`npm run evaluate`).
 */
const samplesPerPixel = 1.6;

/** Mid-gray, which is 0 to a network of whole numbers: its input's zero point. */
const barValue = 127;

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
 * rounded to whole numbers. Classifying, evaluating and training all use this.
 */
export class NetworkInput implements PictureTarget {
  /**
   * uint8 [size, size, 3], row-major RGB, 0..255: the nearest to what is interpolated,
   * the even one of two as near; bars of `pad` are 127. Complete after the last row.
   */
  readonly values: Uint8Array;
  /** The same memory. */
  readonly #pixels: Uint8ClampedArray;
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
    this.values = new Uint8Array(size * size * 3).fill(barValue);
    this.#pixels = new Uint8ClampedArray(this.values.buffer);
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
    const recent = Array.from({ length: recentRows }, () => new Float32Array(columns.outputs * 3));
    let output = 0;
    return {
      ...region,
      wants: (y) => wanted[y - firstRow] === 1,
      write: (y, row) => {
        resampleAcross(row, columns, offsets, recent[y % recentRows]);
        for (; output < rows.outputs && lastTap(rows, output) === y; output++) {
          resampleDown(recent, rows, output, this.#pixels, {
            start: this.#first + output * this.#stepDown,
            step: this.#stepAcross,
          });
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
}

/**
 * Turns pixels into the network's input, as {@link NetworkInput} does with a file's rows.
 *
 * @param image upright
 * @param size side of the square input in pixels
 * @returns {@link NetworkInput.values}
 */
export function preprocess(
  image: RgbImage,
  size: number,
  fit: Fit,
  augmentation?: Augmentation,
): Uint8Array {
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
