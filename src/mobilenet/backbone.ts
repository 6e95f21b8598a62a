import type { Tail } from './tail.ts';

/** What is read back from the backend only if it is asked for. */
export interface Wanted {
  /** 250 kB. */
  readonly featureMap?: boolean;
}

/** Where an embedding comes from: the backbone's own last blocks, or somebody's. */
export type Source = 'backbone' | Tail;

/** What one source makes of an input. Copies, which are the caller's. */
export interface Reading {
  /** [channels]: the mean of the feature map over its positions, 0..6, which the classifier sees. */
  readonly embedding: Float32Array;
  /** [side, side, channels], row-major, 0..6; there if it was wanted. */
  readonly featureMap?: Float32Array;
}

/** What the network makes of one input. */
export interface Inference extends Reading {
  /** [outputs], summing to 1; output 0 is "background". */
  readonly probabilities: Float32Array;
}

/**
 * MobileNetV2 (https://arxiv.org/abs/1801.04381) on the current tfjs backend. Owns its tensors until
 * {@link Backbone.dispose}; no call leaves another behind.
 *
 * All calls are synchronous: two requests can't interleave inside one, and no
 * promise is shared between requests.
 */
export interface Backbone {
  /**
   * Runs all but the classifier, for several sources at once: what they share
   * runs once.
   *
   * @param input uint8 [inputSize, inputSize, 3], row-major RGB, 0..255
   * @param sources at least one
   * @param wanted what costs extra to read
   * @returns one reading for each source, in their order
   */
  read(input: Uint8Array, sources: readonly Source[], wanted?: Wanted): Reading[];
  /**
   * What goes into a block, for training it and all after it.
   *
   * @param input as for {@link Backbone.read}
   * @returns [side, side, channels], row-major
   * @throws RangeError where there is no such block before the classifier
   */
  activationBefore(input: Uint8Array, blockName: string): Float32Array;
  /**
   * Probabilities of the backbone's own classes.
   *
   * @param embedding the backbone's own, [channels]
   * @returns [outputs], summing to 1; output 0 is "background"
   */
  classify(embedding: Float32Array): Float32Array;
  /** Tensors alive in this isolate, weights included. Grows only if something leaks. */
  tensorCount(): number;
  /** Frees the weights. The backbone can't be used afterwards. */
  dispose(): void;
}

/** Runs the network, once for all that can be read out of it; see {@link Backbone.read}. */
export function infer(backbone: Backbone, input: Uint8Array, wanted?: Wanted): Inference {
  const [reading] = backbone.read(input, ['backbone'], wanted);
  return { ...reading, probabilities: backbone.classify(reading.embedding) };
}

/** A source that leaves the backbone. */
interface Leaving {
  readonly source: Source;
  /** Among the sources. */
  readonly i: number;
  /** How many of the backbone's blocks run before it. */
  readonly start: number;
}

/**
 * From the source that leaves the backbone first to the last, so that the backbone runs once.
 *
 * @param blockCount the backbone's, without the classifier
 */
export function inOrderOfLeaving(sources: readonly Source[], blockCount: number): Leaving[] {
  return sources
    .map((source, i) => ({
      source,
      i,
      start: blockCount - (source === 'backbone' ? 0 : source.blocks.length),
    }))
    .sort((a, b) => a.start - b.start);
}
