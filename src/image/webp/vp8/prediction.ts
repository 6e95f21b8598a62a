/**
 * Predicts squares of luma (16 x 16) or chroma (8 x 8) from the samples above
 * and to the left (RFC 6386, 12.2). What is outside of the picture must stand
 * in the plane: 127 above, 129 to the left.
 */
import { mode } from './modes.ts';

/**
 * @param samples of one plane
 * @param at of the square's first sample
 * @param stride samples from one row to the next
 * @param side 16 or 8
 * @param hasAbove whether the samples above are inside the picture
 * @param hasLeft
 */
export function predictSquare(
  chosen: number,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
  side: number,
  hasAbove: boolean,
  hasLeft: boolean,
): void {
  if (chosen === mode.trueMotion) {
    predictTrueMotion(samples, at, stride, side);
  } else if (chosen === mode.vertical) {
    repeatAbove(samples, at, stride, side);
  } else if (chosen === mode.horizontal) {
    repeatLeft(samples, at, stride, side);
  } else {
    const mean = meanOfEdges(samples, at, stride, side, hasAbove, hasLeft);
    fillSquare(samples, at, stride, side, mean);
  }
}

function repeatAbove(samples: Uint8ClampedArray, at: number, stride: number, side: number): void {
  const above = at - stride;
  const end = at + side * stride;
  for (let row = at; row < end; row += stride) {
    for (let x = 0; x < side; x++) samples[row + x] = samples[above + x];
  }
}

function repeatLeft(samples: Uint8ClampedArray, at: number, stride: number, side: number): void {
  const end = at + side * stride;
  for (let row = at; row < end; row += stride) {
    const left = samples[row - 1];
    for (let x = 0; x < side; x++) samples[row + x] = left;
  }
}

function fillSquare(
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
  side: number,
  value: number,
): void {
  const end = at + side * stride;
  for (let row = at; row < end; row += stride) {
    for (let x = 0; x < side; x++) samples[row + x] = value;
  }
}

function meanOfEdges(
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
  side: number,
  hasAbove: boolean,
  hasLeft: boolean,
): number {
  if (!hasAbove && !hasLeft) return 128;
  let sum = 0;
  let count = 0;
  if (hasAbove) {
    for (let x = 0; x < side; x++) sum += samples[at - stride + x];
    count += side;
  }
  if (hasLeft) {
    for (let y = 0; y < side; y++) sum += samples[at - 1 + y * stride];
    count += side;
  }
  return Math.floor((sum + (count >> 1)) / count);
}

/** As much brighter or darker than the sample above as the one to the left is than the corner. */
export function predictTrueMotion(
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
  side: number,
): void {
  const above = at - stride;
  const corner = samples[above - 1];
  const end = at + side * stride;
  for (let row = at; row < end; row += stride) {
    const difference = samples[row - 1] - corner;
    for (let x = 0; x < side; x++) samples[row + x] = samples[above + x] + difference;
  }
}
