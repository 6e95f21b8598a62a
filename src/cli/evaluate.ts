import type { ModelMetrics } from '../classes/manifest.ts';
import { measureModel } from '../classes/metrics.ts';
import type { Fit } from '../image/fit.ts';
import type { Prediction } from '../mobilenet/top-k.ts';
import type { AnalysisParts } from '../pipeline/analyse-image.ts';
import type { AnsweringModel } from '../pipeline/answering-model.ts';
import { classifyImage } from '../pipeline/classify-image.ts';
import { type Accuracy, measureAccuracy, type Outcome } from './accuracy.ts';
import { answerPhotos } from './answers.ts';
import { type LabelledPhoto, listLabelledPhotos, type NamedClass } from './labelled-photos.ts';

/** What `evaluate` found. */
export interface Evaluation extends Accuracy {
  readonly fit: Fit;
  readonly photosPerSecond: number;
  /** Photos left out because their label is not a class of the model, by label. */
  readonly unknownLabels: Readonly<Record<string, number>>;
  /** What could not be read while the folder was listed, such as links that lead nowhere. It counts nowhere. */
  readonly unread: readonly { readonly name: string; readonly refusal: string }[];
  /** Of the photos that could be read; there for a user's model. */
  readonly metrics?: ModelMetrics;
}

/**
 * Classifies every labelled photo of a folder on the pipeline that serves, one
 * after another.
 *
 * @throws Error where the folder holds no photo with a label that the model has
 */
export async function evaluateFolder(
  parts: AnalysisParts & {
    readonly model: AnsweringModel;
    readonly classes: readonly NamedClass[];
  },
  folder: string,
  fit: Fit,
): Promise<Evaluation> {
  const { model, classes } = parts;
  const { photos, unread, unknownLabels } = await listLabelledPhotos(folder, classes);
  const start = performance.now();
  const { answered, refused } = await answerPhotos(
    photos,
    (bytes) => classifyImage(parts, bytes, model, { topK: classes.length, fit }).predictions,
  );
  const durationSeconds = (performance.now() - start) / 1000;
  const outcomes: Outcome[] = [
    ...answered.map(({ photo: { name, truth }, answer }) => ({ name, truth, predictions: answer })),
    ...refused.map(({ photo: { name, truth }, refusal }) => ({
      name,
      truth,
      predictions: [],
      refusal,
    })),
  ];
  return {
    ...measureAccuracy(outcomes),
    fit,
    photosPerSecond: photos.length / durationSeconds,
    unread: unread.map(({ name, refusal }) => ({ name, refusal })),
    unknownLabels: Object.fromEntries(unknownLabels),
    ...(model.version === undefined ? {} : { metrics: metricsOf(classes, answered) }),
  };
}

function metricsOf(
  classes: readonly NamedClass[],
  answered: readonly { photo: LabelledPhoto; answer: readonly Prediction[] }[],
): ModelMetrics {
  const probabilities = new Float32Array(answered.length * classes.length);
  for (const [row, { answer }] of answered.entries()) {
    for (const { index, probability } of answer) {
      probabilities[row * classes.length + index] = probability;
    }
  }
  const labels = classes.map(({ label }) => label);
  const truth = Int32Array.from(answered, ({ photo }) => photo.truth[0]);
  return measureModel(labels, truth, probabilities, 1);
}
