import { classActivationMap, type Grid, heatOf } from '../mobilenet/class-activation-map.ts';
import { type Prediction, type PredictionFilter, topPredictions } from '../mobilenet/top-k.ts';
import { isUnknown } from '../mobilenet/uncertainty.ts';
import {
  type AnalyseOptions,
  type Analysis,
  type AnalysisParts,
  analyseImage,
} from './analyse-image.ts';
import type { AnsweringModel, Opinion } from './answering-model.ts';

/** A prediction, and where in the input the evidence for it lies. */
export interface LocatedPrediction extends Prediction {
  /** 0..1 by position, over the view's grid region; there if it was asked for. */
  readonly heatmap?: Grid;
}

/** One model that is asked. */
export interface ModelQuestion {
  readonly model: AnsweringModel;
  /** By class index: 1 where the class may be predicted, else 0. Without it, all may. */
  readonly isAllowed?: Uint8Array | undefined;
}

/** What one model says of a photo, in the words of the request. */
export interface ModelAnswer extends Pick<Opinion, 'backgroundProbability'> {
  readonly predictions: LocatedPrediction[];
  /** Whether the model doesn't know what the photo shows, whatever filters leave of the classes. */
  readonly unknown: boolean;
  /** [1280], from the model's own source. */
  readonly embedding: Float32Array;
}

/** What one model says of a photo. */
export interface Classification
  extends ModelAnswer,
    Pick<Analysis, 'image' | 'view' | 'durationsMs'> {}

/** What several models say of a photo. */
export interface Classifications extends Pick<Analysis, 'image' | 'view' | 'durationsMs'> {
  /** One a model, in the order of the questions. */
  readonly answers: readonly ModelAnswer[];
}

export interface ClassifyOptions extends Pick<PredictionFilter, 'minProbability'> {
  /** How many predictions of each model, at least 1. */
  readonly topK: number;
  readonly fit: AnalyseOptions['fit'];
  /** Whether each prediction comes with its heatmap. */
  readonly heatmaps?: boolean;
}

/**
 * From the bytes of a photo to predictions.
 *
 * @throws AppError as {@link analyseImage} does
 */
export function classifyImage(
  parts: AnalysisParts,
  bytes: Uint8Array,
  model: AnsweringModel,
  { isAllowed, ...options }: ClassifyOptions & Pick<PredictionFilter, 'isAllowed'>,
): Classification {
  const questions = [{ model, isAllowed }];
  const { answers, ...photo } = classifyByModels(parts, bytes, questions, options);
  return { ...answers[0], ...photo };
}

/**
 * The same for several models, which share one pass of the backbone.
 *
 * @param questions at least one
 * @throws AppError as {@link analyseImage} does
 */
export function classifyByModels(
  parts: AnalysisParts,
  bytes: Uint8Array,
  questions: readonly ModelQuestion[],
  { topK, minProbability, fit, heatmaps = false }: ClassifyOptions,
): Classifications {
  const sources = questions.map(({ model }) => model.source);
  const analysis = analyseImage(parts, bytes, { fit, sources, wantsFeatureMap: heatmaps });
  const { readings, image, view, durationsMs } = analysis;
  const start = parts.now();
  const answers = questions.map(({ model, isAllowed }, i) => {
    const { embedding, featureMap } = readings[i];
    const { probabilities, ...opinion } = model.judge(embedding);
    const filter = { minProbability, isAllowed };
    const predictions = topPredictions(probabilities, model.classes, topK, filter);
    return {
      ...opinion,
      predictions:
        featureMap === undefined
          ? predictions
          : predictions.map((prediction) => ({
              ...prediction,
              heatmap: heatOf(classActivationMap(featureMap, model.weightsOf(prediction.index))),
            })),
      unknown: isUnknown(probabilities, model.thresholds),
      embedding,
    };
  });
  const inference = durationsMs.inference + parts.now() - start;
  return { answers, image, view, durationsMs: { ...durationsMs, inference } };
}
