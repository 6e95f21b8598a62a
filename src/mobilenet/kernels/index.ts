/**
 * Petal's int8 kernels: one source, compiled for each instruction level by build-kernels.ts of src/testing.
 *
 * They work on a memory that they import, which is the WASM backend's of TensorFlow.js, and have none of their
 * own: no data, no stack, no allocation. All addresses are byte offsets in it.
 */
import { relaxedProductsAreExact } from './products';

export { add } from './addition';
export { averagePool } from './average-pool';
export { depthwise } from './depthwise';
export { multiplyRows } from './pointwise';
export { softmax } from './softmax';
export { stem } from './stem';

/** What is added to an int8 activation where it is stored. */
export function storedOffset(): i32 {
  return STORED_OFFSET;
}

/** Whether this processor computes what these kernels need. */
export function isExact(): bool {
  return ASC_FEATURE_RELAXED_SIMD ? relaxedProductsAreExact() : true;
}
