/** A Worker around Petal's in which nothing can be decoded or inferred while it answers requests that ask for it. */
import petal from './worker.js';

const { Float32Array: floats } = globalThis;

export default {
  /**
   * @param {Request} request
   * @param {Record<string, string>} env
   * @param {unknown} context
   */
  async fetch(request, env, context) {
    if (!request.headers.has('x-test-no-decoding')) return petal.fetch(request, env, context);
    // Photos are resampled with them, and what the network gives is made of them.
    globalThis.Float32Array = class {
      constructor() {
        throw new Error('Nothing may be decoded now.');
      }
    };
    try {
      return await petal.fetch(request, env, context);
    } finally {
      globalThis.Float32Array = floats;
    }
  },
};
