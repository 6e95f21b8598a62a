/**
 * Adds to the pixels of a row what was predicted from those to the left and
 * above (RFC 9649, 4.1).
 */
import { addPixels, meanOfPixels, opaqueBlack } from './argb.ts';

/**
 * @param row differences, which become pixels; those in front of `from` are pixels
 * @param above the row above; one more pixel is behind its last one
 * @param from the first column, 1 or more
 * @param to the end of the columns
 */
export type Predictor = (row: Int32Array, above: Int32Array, from: number, to: number) => void;

export const predictBlack: Predictor = (row, _, from, to) => {
  for (let x = from; x < to; x++) row[x] = addPixels(row[x], opaqueBlack);
};

export const predictLeft: Predictor = (row, _, from, to) => {
  let left = row[from - 1];
  for (let x = from; x < to; x++) {
    left = addPixels(row[x], left);
    row[x] = left;
  }
};

/** For the three predictors that are a pixel of the row above. */
function addAbove(row: Int32Array, above: Int32Array, from: number, to: number, by: number): void {
  for (let x = from; x < to; x++) row[x] = addPixels(row[x], above[x + by]);
}

const predictMeanOfThree: Predictor = (row, above, from, to) => {
  let left = row[from - 1];
  for (let x = from; x < to; x++) {
    const predicted = meanOfPixels(meanOfPixels(left, above[x + 1]), above[x]);
    left = addPixels(row[x], predicted);
    row[x] = left;
  }
};

/** The mean of the pixel to the left and one above. */
function addMeanWithLeft(
  row: Int32Array,
  above: Int32Array,
  from: number,
  to: number,
  by: number,
): void {
  let left = row[from - 1];
  for (let x = from; x < to; x++) {
    left = addPixels(row[x], meanOfPixels(left, above[x + by]));
    row[x] = left;
  }
}

/** The mean of a pixel above and the next. */
function addMeanAbove(
  row: Int32Array,
  above: Int32Array,
  from: number,
  to: number,
  by: number,
): void {
  for (let x = from; x < to; x++) {
    row[x] = addPixels(row[x], meanOfPixels(above[x + by], above[x + by + 1]));
  }
}

const predictMeanOfFour: Predictor = (row, above, from, to) => {
  let left = row[from - 1];
  for (let x = from; x < to; x++) {
    const behind = meanOfPixels(left, above[x - 1]);
    const ahead = meanOfPixels(above[x], above[x + 1]);
    left = addPixels(row[x], meanOfPixels(behind, ahead));
    row[x] = left;
  }
};

/** Differences of two pixels, added over the channels. */
function distanceOf(a: number, b: number): number {
  return (
    Math.abs((a >>> 24) - (b >>> 24)) +
    Math.abs(((a >> 16) & 0xff) - ((b >> 16) & 0xff)) +
    Math.abs(((a >> 8) & 0xff) - ((b >> 8) & 0xff)) +
    Math.abs((a & 0xff) - (b & 0xff))
  );
}

/** The one of left and top that is nearer to left + top - top left. */
const predictNearer: Predictor = (row, above, from, to) => {
  let left = row[from - 1];
  let corner = above[from - 1];
  for (let x = from; x < to; x++) {
    const top = above[x];
    const predicted = distanceOf(top, corner) < distanceOf(left, corner) ? left : top;
    left = addPixels(row[x], predicted);
    row[x] = left;
    corner = top;
  }
};

function clampChannel(value: number): number {
  return Math.min(Math.max(value, 0), 255);
}

function clampedGradient(a: number, b: number, c: number): number {
  return clampChannel(a + b - c);
}

/** Left + top - top left, clamped. */
const predictGradient: Predictor = (row, above, from, to) => {
  let left = row[from - 1];
  let corner = above[from - 1];
  for (let x = from; x < to; x++) {
    const top = above[x];
    const predicted =
      (clampedGradient(left >>> 24, top >>> 24, corner >>> 24) << 24) |
      (clampedGradient((left >> 16) & 0xff, (top >> 16) & 0xff, (corner >> 16) & 0xff) << 16) |
      (clampedGradient((left >> 8) & 0xff, (top >> 8) & 0xff, (corner >> 8) & 0xff) << 8) |
      clampedGradient(left & 0xff, top & 0xff, corner & 0xff);
    left = addPixels(row[x], predicted);
    row[x] = left;
    corner = top;
  }
};

/** Half as far from the mean as the corner is, on the other side; halves are rounded to zero. */
function clampedHalf(mean: number, corner: number): number {
  const difference = mean - corner;
  return clampChannel(mean + ((difference + (difference >>> 31)) >> 1));
}

const predictHalfGradient: Predictor = (row, above, from, to) => {
  let left = row[from - 1];
  let corner = above[from - 1];
  for (let x = from; x < to; x++) {
    const top = above[x];
    const mean = meanOfPixels(left, top);
    const predicted =
      (clampedHalf(mean >>> 24, corner >>> 24) << 24) |
      (clampedHalf((mean >> 16) & 0xff, (corner >> 16) & 0xff) << 16) |
      (clampedHalf((mean >> 8) & 0xff, (corner >> 8) & 0xff) << 8) |
      clampedHalf(mean & 0xff, corner & 0xff);
    left = addPixels(row[x], predicted);
    row[x] = left;
    corner = top;
  }
};

/** By mode. The last two aren't specified; libwebp takes them for the first. */
export const predictors: readonly Predictor[] = [
  predictBlack,
  predictLeft,
  (row, above, from, to) => addAbove(row, above, from, to, 0),
  (row, above, from, to) => addAbove(row, above, from, to, 1),
  (row, above, from, to) => addAbove(row, above, from, to, -1),
  predictMeanOfThree,
  (row, above, from, to) => addMeanWithLeft(row, above, from, to, -1),
  (row, above, from, to) => addMeanWithLeft(row, above, from, to, 0),
  (row, above, from, to) => addMeanAbove(row, above, from, to, -1),
  (row, above, from, to) => addMeanAbove(row, above, from, to, 0),
  predictMeanOfFour,
  predictNearer,
  predictGradient,
  predictHalfGradient,
  predictBlack,
  predictBlack,
];

/** Whether a mode takes pixels that are there. */
export function predictsFromPixels(mode: number): boolean {
  return predictors[mode] !== predictBlack;
}
