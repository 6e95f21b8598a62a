import type { LinearHead } from '../classes/coordinates.ts';
import { embeddingLength, softmaxLogits } from '../classes/head.ts';
import { Pace } from '../classes/pace.ts';
import { arrived, fitSoftmax, prepareExamples } from '../classes/softmax-regression.ts';
import { embedViews, type OnViews } from './embed-views.ts';
import { recipe } from './recipe.ts';
import type { TrainableTail } from './trainable-tail.ts';
import type { TuningSet } from './tuning-set.ts';

/** Fits arrive long before. */
const maxIterations = 200;

/** How many views heads are fitted to. */
export function headViews({ views }: TuningSet, photos: Int32Array): number {
  return Math.min(views, recipe.headViews) * photos.length;
}

/**
 * Fits a head to what a tail gives.
 *
 * @param photos to fit it to; some of each label
 * @param l2 as `fitSoftmax` has it
 */
export async function fitHead(
  tail: TrainableTail,
  set: TuningSet,
  photos: Int32Array,
  l2: number,
  onViews?: OnViews,
): Promise<LinearHead> {
  const views = Math.min(set.views, recipe.headViews);
  const places = [...photos].flatMap((photo) =>
    Array.from({ length: views }, (_, view) => ({ photo, view })),
  );
  const pace = new Pace(async () => {});
  const examples = await prepareExamples(
    {
      labels: set.labels,
      embeddings: embedViews(tail, set, places, onViews),
      labelIndices: Int32Array.from(places, ({ photo }) => set.labelIndices[photo]),
    },
    pace,
  );
  const rows = Int32Array.from(places.keys());
  return fitSoftmax(examples, { l2, rows, pace }, { maxIterations, gradientNorm: arrived });
}

/** Logits of photos as they are, [photos, labels], row-major, before any temperature. */
export function logitsOf(
  tail: TrainableTail,
  head: LinearHead,
  set: TuningSet,
  photos: Int32Array,
): Float64Array {
  const places = Array.from(photos, (photo) => ({ photo, view: 0 }));
  const embeddings = embedViews(tail, set, places);
  const logits = new Float64Array(photos.length * set.labels.length);
  for (const row of places.keys()) {
    const own = embeddings.subarray(row * embeddingLength, (row + 1) * embeddingLength);
    logits.set(softmaxLogits(head, own), row * set.labels.length);
  }
  return logits;
}
