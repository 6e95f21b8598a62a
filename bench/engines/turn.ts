import type { Engine } from './engine.ts';

/** What an engine did in one turn. */
export interface Turn {
  /**
   * Milliseconds of an inference, the mean of the turn: workerd's clock ticks
   * in whole milliseconds, so that only many inferences together can be timed.
   */
  readonly inferenceMs: number;
  /** Of the last inference; one a network output. */
  readonly probabilities: readonly number[];
  /** Size of the WASM memory afterwards; undefined for native code. */
  readonly heapBytes?: number;
}

/**
 * @param pixels uint8 [224, 224, 3], row-major RGB
 * @param inferences how many, one after another; none only loads the engine
 */
export async function takeTurn(
  engine: Engine,
  pixels: Uint8Array,
  inferences: number,
): Promise<Turn> {
  const input = engine.prepare(pixels);
  let probabilities: Float32Array = new Float32Array();
  const start = performance.now();
  for (let i = 0; i < inferences; i++) probabilities = await engine.run(input);
  const inferenceMs = (performance.now() - start) / inferences;
  const heapBytes = engine.heapBytes();
  return {
    inferenceMs,
    probabilities: [...probabilities],
    ...(heapBytes === undefined ? {} : { heapBytes }),
  };
}
