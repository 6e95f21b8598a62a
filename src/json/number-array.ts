import type { Numbers } from './number-store.ts';

/**
 * An array of the JSON that holds numbers only, or arrays of the same shape
 * that do: a tensor. A few bytes a number, where a JavaScript array of arrays
 * takes several times that.
 */
export class NumberArray<Values extends Numbers = Float32Array> {
  /** The lengths, outermost first: `[2, 3]` for two arrays of three numbers. None is 0. */
  readonly shape: readonly number[];
  /** The numbers in the order of the text; all are finite. */
  readonly values: Values;

  constructor(shape: readonly number[], values: Values) {
    this.shape = shape;
    this.values = values;
  }
}
