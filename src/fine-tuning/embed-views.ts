import { recipe } from './recipe.ts';
import { runTail, type TrainableTail } from './trainable-tail.ts';
import { batchOf, type TuningSet, type ViewPlace } from './tuning-set.ts';

/** Told how many views more are done. */
export type OnViews = (views: number) => void;

/**
 * Embeddings of views, by a tail.
 *
 * @returns [places, channels], row-major
 */
export function embedViews(
  tail: TrainableTail,
  set: TuningSet,
  places: readonly ViewPlace[],
  onViews: OnViews = () => {},
): Float32Array {
  const channels = tail.blocks.at(-1)?.layers.at(-1)?.outputChannels ?? 0;
  const embeddings = new Float32Array(places.length * channels);
  for (let start = 0; start < places.length; start += recipe.batchSize) {
    const batch = places.slice(start, start + recipe.batchSize);
    const run = runTail(tail, batchOf(set, batch, tail.blocks[0].layers[0].inputChannels));
    embeddings.set(run.embeddings, start * channels);
    onViews(batch.length);
  }
  return embeddings;
}
