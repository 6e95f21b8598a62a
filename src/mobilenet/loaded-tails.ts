import type { Tensor4D } from '@tensorflow/tfjs-core';
import {
  disposeBlocks,
  type LoadedBlock,
  loadBlocks,
  runBlocks,
  weightCount,
} from './loaded-block.ts';
import type { Tail } from './tail.ts';

/**
 * How many weights of tails stay loaded, beside those of the last one used: 8
 * bytes each, once as a tensor and once as XNNPACK packs them. An isolate has
 * 16 MB for them beside the backbone and the photos.
 */
const maxTailWeights = 2_000_000;

/** Tails that were used lately, on the current tfjs backend. Owns their tensors. */
export class LoadedTails {
  /** By the hash of their weights, the last used at the end. */
  readonly #tails = new Map<string, LoadedBlock[]>();

  /**
   * Runs a tail and frees its input; what comes out is the caller's.
   *
   * @param x the activation before the tail's first block, [1, side, side, channels]
   */
  run(tail: Tail, x: Tensor4D): Tensor4D {
    // Loaded when it is run, as loading one may free another.
    return runBlocks(this.#load(tail), x);
  }

  dispose(): void {
    for (const blocks of this.#tails.values()) disposeBlocks(blocks);
    this.#tails.clear();
  }

  /** A tail's blocks on the backend. The longest unused make room for it. */
  #load(tail: Tail): LoadedBlock[] {
    const loaded = this.#tails.get(tail.sha256) ?? loadBlocks(tail);
    this.#tails.delete(tail.sha256);
    let weights = weightCount(loaded);
    // The newest first, as long as there is room.
    for (const [sha256, blocks] of [...this.#tails].reverse()) {
      weights += weightCount(blocks);
      if (weights <= maxTailWeights) continue;
      disposeBlocks(blocks);
      this.#tails.delete(sha256);
    }
    this.#tails.set(tail.sha256, loaded);
    return loaded;
  }
}
