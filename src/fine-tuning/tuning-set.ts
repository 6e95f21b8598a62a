import type { ActivationBatch } from './activation-batch.ts';

/** Photos to fine-tune on, as far as the backbone's frozen part takes them. */
export interface TuningSet {
  /** Distinct names, in the order that indices count by. */
  readonly labels: readonly string[];
  /** [photos]: index of each photo's label. */
  readonly labelIndices: Int32Array;
  /** [photos]: photos of one group never stand on both sides of a split. Missing where each is its own. */
  readonly groups?: Int32Array;
  /** Variations of each photo, the photo as it is among them; at least 1. */
  readonly views: number;
  /**
   * [photos, views, side, side, channels]: what goes into the first block that
   * is tuned (see `activationBefore` of the network). The first view of a photo
   * is the photo as it is. May be shared between threads: it is only read.
   */
  readonly activations: Float32Array;
}

/** One view of one photo. */
export interface ViewPlace {
  readonly photo: number;
  readonly view: number;
}

/**
 * Copies views out of a set.
 *
 * @param channels of the activations
 * @throws RangeError where the activations are no squares of so many channels
 */
export function batchOf(
  { activations, labelIndices, views }: TuningSet,
  places: readonly ViewPlace[],
  channels: number,
): ActivationBatch {
  const length = activations.length / (labelIndices.length * views);
  const side = Math.sqrt(length / channels);
  if (!Number.isInteger(side)) {
    throw new RangeError(`Expected activations of ${channels} channels in a square.`);
  }
  const values = new Float32Array(places.length * length);
  for (const [i, { photo, view }] of places.entries()) {
    const start = (photo * views + view) * length;
    values.set(activations.subarray(start, start + length), i * length);
  }
  return { values, photos: places.length, side, channels };
}

/**
 * Room for a set's activations in memory that threads share.
 *
 * @param length how many numbers
 */
export function sharedActivations(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}
