/**
 * The two products that fitting spends its time in. Four examples at a time:
 * the processor goes on with one sum while it waits for another, and each
 * weight is read once for four.
 */
import type { Pace } from './pace.ts';

/** Examples as rows of numbers. */
export interface Rows {
  /** [examples, dimensions], row-major. */
  readonly values: Float32Array;
  readonly dimensions: number;
  /** Which of the examples, at least one. */
  readonly rows: Int32Array;
}

const atOnce = 4;

/** Where the examples of a block start; the last one stands in for those that are missing. */
function startsOf({ rows, dimensions }: Rows, first: number): [number, number, number, number] {
  const last = rows.length - 1;
  return [
    rows[first] * dimensions,
    rows[Math.min(first + 1, last)] * dimensions,
    rows[Math.min(first + 2, last)] * dimensions,
    rows[Math.min(first + 3, last)] * dimensions,
  ];
}

/**
 * Logits of a linear classifier.
 *
 * @param point [labels, dimensions] weights, row-major, then [labels] biases
 * @returns [rows, labels], row-major
 */
export async function logitsOf(
  examples: Rows,
  point: Float64Array,
  labelCount: number,
  pace: Pace,
): Promise<Float64Array> {
  const { rows, dimensions } = examples;
  const padded = new Float64Array(Math.ceil(rows.length / atOnce) * atOnce * labelCount);
  for (let first = 0; first < rows.length; first += atOnce) {
    multiplyBlock(padded, examples, first, point, labelCount);
    const due = pace.spend(atOnce * labelCount * dimensions);
    if (due !== undefined) await due;
  }
  return padded.subarray(0, rows.length * labelCount);
}

function multiplyBlock(
  logits: Float64Array,
  examples: Rows,
  first: number,
  point: Float64Array,
  labelCount: number,
): void {
  const { values, dimensions } = examples;
  const [startA, startB, startC, startD] = startsOf(examples, first);
  for (let label = 0; label < labelCount; label++) {
    const own = label * dimensions;
    let a = point[labelCount * dimensions + label];
    let b = a;
    let c = a;
    let d = a;
    for (let i = 0; i < dimensions; i++) {
      const weight = point[own + i];
      a += weight * values[startA + i];
      b += weight * values[startB + i];
      c += weight * values[startC + i];
      d += weight * values[startD + i];
    }
    const at = first * labelCount + label;
    logits[at] = a;
    logits[at + labelCount] = b;
    logits[at + 2 * labelCount] = c;
    logits[at + 3 * labelCount] = d;
  }
}

/**
 * Adds what each example contributes to a gradient: its numbers times each
 * label's residual.
 *
 * @param gradient laid out as a point of {@link logitsOf}
 * @param residuals [rows, labels], row-major
 */
export async function addResiduals(
  gradient: Float64Array,
  examples: Rows,
  residuals: Float64Array,
  labelCount: number,
  pace: Pace,
): Promise<void> {
  const { rows, dimensions } = examples;
  for (let first = 0; first < rows.length; first += atOnce) {
    addBlock(gradient, examples, first, residuals, labelCount);
    const due = pace.spend(atOnce * labelCount * dimensions);
    if (due !== undefined) await due;
  }
}

function addBlock(
  gradient: Float64Array,
  examples: Rows,
  first: number,
  residuals: Float64Array,
  labelCount: number,
): void {
  const { values, dimensions, rows } = examples;
  const [startA, startB, startC, startD] = startsOf(examples, first);
  const present = rows.length - first;
  for (let label = 0; label < labelCount; label++) {
    const own = label * dimensions;
    const at = first * labelCount + label;
    const a = residuals[at];
    const b = present > 1 ? residuals[at + labelCount] : 0;
    const c = present > 2 ? residuals[at + 2 * labelCount] : 0;
    const d = present > 3 ? residuals[at + 3 * labelCount] : 0;
    for (let i = 0; i < dimensions; i++) {
      gradient[own + i] +=
        a * values[startA + i] +
        b * values[startB + i] +
        c * values[startC + i] +
        d * values[startD + i];
    }
    gradient[labelCount * dimensions + label] += a + b + c + d;
  }
}
