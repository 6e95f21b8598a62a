/**
 * An engine in workerd, which takes its turns on request: the body is the
 * pixels, the query says how many inferences, the answer is a `Turn`. The
 * modules that it imports are laid beside it by `contender.ts`.
 */

import { load, takeTurn } from './engine.js';
import model from './model.bin';
import { kernels, wasm } from './parts.js';

/** Made by the first request: engines wait while they load, which module scope does not allow. */
let engine;

export default {
  /** @param {Request} request */
  async fetch(request) {
    try {
      // First of all: the reason why an engine does not load would be lost with a connection on which
      // pixels are still on their way.
      const pixels = new Uint8Array(await request.arrayBuffer());
      engine ??= await load({ wasm, kernels, model: new Uint8Array(model) });
      const { searchParams } = new URL(request.url);
      return Response.json(await takeTurn(engine, pixels, Number(searchParams.get('inferences'))));
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};
