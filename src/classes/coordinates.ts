/**
 * Coordinates in which heads are fitted: embeddings less their mean, divided
 * by their root mean square distance from it, and turned so that few numbers
 * hold them all.
 *
 * None of this changes what is fitted. Biases carry no penalty, so that the
 * mean goes into them; an L2 penalty does not change when the axes turn; and
 * its solution is a sum of examples, so that with fewer examples than numbers
 * in an embedding the rest of the space holds nothing (the representer
 * theorem; Hastie and Tibshirani 2004, Efficient quadratic regularization for
 * expression arrays). Only the unit of the penalty is another, and it is one
 * that needs no thought of how large embeddings are.
 */
import { embeddingLength } from './head.ts';
import type { Pace } from './pace.ts';

/** Up to as many examples, turning costs less than it saves. */
const mostToTurn = embeddingLength / 2;

/** What is left of an example's squared length, of 1 on average, that counts as nothing. */
const negligible = 1e-9;

/** Rows of a linear classifier of embeddings. */
export interface LinearHead {
  /** [labels, 1280], row-major. */
  readonly weights: Float32Array;
  /** [labels] */
  readonly biases: Float32Array;
}

export interface Coordinates {
  /** [examples, dimensions], row-major. */
  readonly values: Float32Array;
  readonly dimensions: number;
  /**
   * Weights for these coordinates as weights for embeddings: the logits are the same.
   *
   * @param parameters [labels, dimensions], then [labels] biases
   */
  headOf(parameters: Float64Array, labelCount: number): LinearHead;
}

/** @param embeddings [examples, 1280], row-major, at least one; left as they are */
export async function coordinatesOf(embeddings: Float32Array, pace: Pace): Promise<Coordinates> {
  const count = embeddings.length / embeddingLength;
  const mean = meanRow(embeddings, count);
  const centred = embeddings.map((value, i) => value - mean[i % embeddingLength]);
  const squares = centred.reduce((sum, value) => sum + value * value, 0);
  // Where all examples are the same there is nothing to scale.
  const scale = Math.sqrt(squares / count) || 1;
  for (let i = 0; i < centred.length; i++) centred[i] /= scale;
  const span = count <= mostToTurn ? await spanOf(centred, count, pace) : undefined;

  return {
    values: span?.values ?? centred,
    dimensions: span?.pivots.length ?? embeddingLength,
    headOf(parameters, labelCount) {
      const dimensions = span?.pivots.length ?? embeddingLength;
      const weights = new Float32Array(labelCount * embeddingLength);
      const biases = new Float32Array(labelCount);
      for (let label = 0; label < labelCount; label++) {
        const own = parameters.subarray(label * dimensions, (label + 1) * dimensions);
        const row = span === undefined ? own : combine(centred, span, own);
        let bias = parameters[labelCount * dimensions + label];
        for (let i = 0; i < embeddingLength; i++) {
          weights[label * embeddingLength + i] = row[i] / scale;
          bias -= (row[i] / scale) * mean[i];
        }
        biases[label] = bias;
      }
      return { weights, biases };
    },
  };
}

function meanRow(rows: Float32Array, count: number): Float64Array {
  const mean = new Float64Array(embeddingLength);
  for (let i = 0; i < rows.length; i++) mean[i % embeddingLength] += rows[i] / count;
  return mean;
}

/** Examples in an orthonormal basis of what they span. */
interface Span {
  /** [examples, pivots], row-major. */
  readonly values: Float32Array;
  /** Examples that span all others, in the order in which they were taken. */
  readonly pivots: readonly number[];
  /** [pivots, pivots], lower triangular: the pivots' own coordinates. */
  readonly triangle: Float64Array;
}

/**
 * Pivoted Cholesky factorisation of the examples' Gram matrix (H. Harbrecht,
 * M. Peters and R. Schneider 2012, On the low-rank approximation by the pivoted
 * Cholesky decomposition): the rows of the factor are the coordinates. It ends
 * where nothing is left, so that duplicates add no dimension.
 */
async function spanOf(rows: Float32Array, count: number, pace: Pace): Promise<Span> {
  const factor = new Float64Array(count * count);
  const left = Float64Array.from({ length: count }, (_, i) => dotRows(rows, i, i));
  const pivots: number[] = [];
  while (pivots.length < count) {
    const pivot = left.reduce((most, value, i) => (value > left[most] ? i : most), 0);
    if (!(left[pivot] > negligible)) break;
    const at = pivots.length;
    const root = Math.sqrt(left[pivot]);
    for (let i = 0; i < count; i++) {
      // A pivot has nothing left for those after it.
      if (left[i] === 0 && i !== pivot) continue;
      let rest = dotRows(rows, i, pivot);
      for (let k = 0; k < at; k++) rest -= factor[i * count + k] * factor[pivot * count + k];
      factor[i * count + at] = rest / root;
      left[i] = Math.max(0, left[i] - (rest / root) ** 2);
    }
    left[pivot] = 0;
    pivots.push(pivot);
    await pace.spend(count * (embeddingLength + at));
  }
  const rank = pivots.length;
  return {
    values: Float32Array.from(
      { length: count * rank },
      (_, i) => factor[Math.floor(i / rank) * count + (i % rank)],
    ),
    pivots,
    triangle: Float64Array.from(
      { length: rank * rank },
      (_, i) => factor[pivots[Math.floor(i / rank)] * count + (i % rank)],
    ),
  };
}

/** The sum of examples that has these coordinates, [1280]. */
function combine(rows: Float32Array, { pivots, triangle }: Span, coordinates: Float64Array) {
  const rank = pivots.length;
  const shares = Float64Array.from(coordinates);
  const sum = new Float64Array(embeddingLength);
  // Back substitution: the triangle's transpose times the shares gives the coordinates.
  for (let i = rank - 1; i >= 0; i--) {
    shares[i] /= triangle[i * rank + i];
    for (let k = 0; k < i; k++) shares[k] -= triangle[i * rank + k] * shares[i];
    const start = pivots[i] * embeddingLength;
    for (let j = 0; j < embeddingLength; j++) sum[j] += shares[i] * rows[start + j];
  }
  return sum;
}

function dotRows(rows: Float32Array, a: number, b: number): number {
  const [startA, startB] = [a * embeddingLength, b * embeddingLength];
  let sum = 0;
  for (let i = 0; i < embeddingLength; i++) sum += rows[startA + i] * rows[startB + i];
  return sum;
}
