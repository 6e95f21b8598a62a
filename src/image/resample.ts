/**
 * The two halves of resampling, a row at a time. Both are loops over every value
 * of a photo: they are written out, as neither an interpreter nor a compiler does
 * that for them. Weights are floats: integers that are exact enough leave 32 bits
 * where both halves are multiplied, and are slower across.
 */
import type { Taps } from './taps.ts';

/**
 * Resamples one row across.
 *
 * @param row RGB, three bytes a sample
 * @param offsets where in `row` each tap's sample begins
 * @param result gets RGB, three values an output; 0..255, or a little beyond with corrected means
 */
export function resampleAcross(
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
  for (let i = 0, tap = 0, to = 0; i < outputs; i++, tap += 4, to += 3) {
    const a = offsets[tap];
    const b = offsets[tap + 1];
    const c = offsets[tap + 2];
    const d = offsets[tap + 3];
    const wa = weights[tap];
    const wb = weights[tap + 1];
    const wc = weights[tap + 2];
    const wd = weights[tap + 3];
    result[to] = row[a] * wa + row[b] * wb + row[c] * wc + row[d] * wd;
    result[to + 1] = row[a + 1] * wa + row[b + 1] * wb + row[c + 1] * wc + row[d + 1] * wd;
    result[to + 2] = row[a + 2] * wa + row[b + 2] * wb + row[c + 2] * wc + row[d + 2] * wd;
  }
}

/** Rows that {@link resampleDown} looks back to: as many as an output can need at once. */
export const recentRows = 4;

/** Where a row of outputs goes, in values. */
export interface OutputRow {
  readonly start: number;
  /** From one output to the next. */
  readonly step: number;
}

/**
 * Resamples rows down to one row of outputs.
 *
 * @param recent rows from {@link resampleAcross}, row y at y % {@link recentRows}
 * @param pixels rounds to the nearest whole number, halves to the even one, and
 *   holds inside 0..255 what is beyond: that is how this kind of array stores numbers
 */
export function resampleDown(
  recent: readonly Float32Array[],
  { each, samples, weights }: Taps,
  output: number,
  pixels: Uint8ClampedArray,
  { start, step }: OutputRow,
): void {
  const end = recent[0].length;
  const tap = output * each;
  const a = recent[samples[tap] % recentRows];
  const b = recent[samples[tap + 1] % recentRows];
  const wa = weights[tap];
  const wb = weights[tap + 1];
  if (each === 2) {
    for (let at = 0, to = start; at < end; at += 3, to += step) {
      pixels[to] = a[at] * wa + b[at] * wb;
      pixels[to + 1] = a[at + 1] * wa + b[at + 1] * wb;
      pixels[to + 2] = a[at + 2] * wa + b[at + 2] * wb;
    }
    return;
  }
  const c = recent[samples[tap + 2] % recentRows];
  const d = recent[samples[tap + 3] % recentRows];
  const wc = weights[tap + 2];
  const wd = weights[tap + 3];
  for (let at = 0, to = start; at < end; at += 3, to += step) {
    pixels[to] = a[at] * wa + b[at] * wb + c[at] * wc + d[at] * wd;
    pixels[to + 1] = a[at + 1] * wa + b[at + 1] * wb + c[at + 1] * wc + d[at + 1] * wd;
    pixels[to + 2] = a[at + 2] * wa + b[at + 2] * wb + c[at + 2] * wc + d[at + 2] * wd;
  }
}
