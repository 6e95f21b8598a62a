/** Enlarges rows of subsampled components to the picture's width. */
import type { Component, Frame } from './frame.ts';

/**
 * One row of a component, as wide as the picture.
 *
 * A factor of two is a triangle filter on centred samples, as libjpeg has it
 * ("fancy upsampling"); others repeat samples.
 *
 * @param y row of the picture
 * @param from first column, even
 * @param to the column behind the last
 * @param row may take the result
 * @returns `to - from` samples, valid until the next call
 */
export type RowReader = (
  component: Component,
  y: number,
  from: number,
  to: number,
  row: Uint8ClampedArray,
) => Uint8ClampedArray;

/** libjpeg leaves narrow components and pictures of 1/8 to repetition, and so do we. */
export function rowReaderOf(component: Component, { components }: Frame): RowReader {
  const { repeatAcross, repeatDown, width } = component;
  if (repeatAcross === 1 && repeatDown === 1) return plainRow;
  const isEighth = components.some(({ side }) => side === 1);
  const isSmooth = width > 2 && !isEighth;
  if (isSmooth && repeatAcross === 2 && repeatDown === 1) return doubleAcross;
  if (isSmooth && repeatAcross === 2 && repeatDown === 2) return doubleBoth;
  if (isSmooth && repeatAcross === 1 && repeatDown === 2) return doubleDown;
  return repeatRow;
}

/** Where a row of samples begins. */
function startOf({ bandHeight, stride }: Component, row: number): number {
  return (row % bandHeight) * stride;
}

const plainRow: RowReader = (component, y, from, to) => {
  const start = startOf(component, y);
  return component.samples.subarray(start + from, start + to);
};

const repeatRow: RowReader = (component, y, from, to, row) => {
  const { samples, repeatAcross, repeatDown } = component;
  const start = startOf(component, Math.floor(y / repeatDown));
  for (let x = from; x < to; x++) row[x - from] = samples[start + Math.floor(x / repeatAcross)];
  return row;
};

const doubleAcross: RowReader = (component, y, from, to, row) => {
  const { samples } = component;
  const start = startOf(component, y);
  const last = component.width - 1;
  for (let x = from, out = 0; x < to; out++, x++) {
    const i = x >> 1;
    const near = 3 * samples[start + i];
    if ((x & 1) === 0) row[out] = (near + samples[start + Math.max(i - 1, 0)] + 1) >> 2;
    else row[out] = (near + samples[start + Math.min(i + 1, last)] + 2) >> 2;
  }
  return row;
};

/** The row of samples that is nearest to a row of the picture, and the next nearest. */
function nearRows(component: Component, y: number): [number, number] {
  const last = component.height - 1;
  const near = Math.min(y >> 1, last);
  const far = (y & 1) === 0 ? Math.max(near - 1, 0) : Math.min(near + 1, last);
  return [startOf(component, near), startOf(component, far)];
}

const doubleDown: RowReader = (component, y, from, to, row) => {
  const { samples } = component;
  const [near, far] = nearRows(component, y);
  const bias = (y & 1) === 0 ? 1 : 2;
  for (let x = from, out = 0; x < to; out++, x++) {
    row[out] = (3 * samples[near + x] + samples[far + x] + bias) >> 2;
  }
  return row;
};

const doubleBoth: RowReader = (component, y, from, to, row) => {
  const { samples } = component;
  const [near, far] = nearRows(component, y);
  const last = component.width - 1;
  const first = from >> 1;
  let here = 3 * samples[near + first] + samples[far + first];
  const previous = Math.max(first - 1, 0);
  let before = 3 * samples[near + previous] + samples[far + previous];
  const length = to - from;
  for (let i = first, out = 0; out < length; i++) {
    const next = Math.min(i + 1, last);
    const after = 3 * samples[near + next] + samples[far + next];
    row[out++] = (3 * here + before + 8) >> 4;
    if (out < length) row[out++] = (3 * here + after + 7) >> 4;
    before = here;
    here = after;
  }
  return row;
};
