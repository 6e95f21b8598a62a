/** A Worker around Petal's whose memory can't grow while it answers requests that ask for it. */
import petal from './worker.js';

const { grow } = WebAssembly.Memory.prototype;

export default {
  /**
   * @param {Request} request
   * @param {Record<string, string>} env
   * @param {unknown} context
   */
  async fetch(request, env, context) {
    if (!request.headers.has('x-test-no-memory')) return petal.fetch(request, env, context);
    WebAssembly.Memory.prototype.grow = () => {
      throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory');
    };
    try {
      return await petal.fetch(request, env, context);
    } finally {
      WebAssembly.Memory.prototype.grow = grow;
    }
  },
};
