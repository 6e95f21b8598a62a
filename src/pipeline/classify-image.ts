import { type Grid, heatOf } from '../mobilenet/class-activation-map.ts';
import {
  backgroundProbability,
  type ImageClass,
  type Prediction,
  type PredictionFilter,
  topPredictions,
} from '../mobilenet/top-k.ts';
import { isUnknown, noThresholds, type UnknownThresholds } from '../mobilenet/uncertainty.ts';
import {
  type AnalyseOptions,
  type Analysis,
  type AnalysisParts,
  analyseImage,
} from './analyse-image.ts';
import { evidenceFor } from './evidence.ts';

/** A prediction, and where in the input the evidence for it lies. */
export interface LocatedPrediction extends Prediction {
  /** 0..1 by position, over the view's grid region; there if it was asked for. */
  readonly heatmap?: Grid;
}

/** What an analysis says of the classes, in the words of the request. */
export interface Classification
  extends Pick<Analysis, 'embedding' | 'image' | 'view' | 'durationsMs'> {
  readonly predictions: LocatedPrediction[];
  /** Probability of none of the classes, 0..1. */
  readonly backgroundProbability: number;
  /** Whether the network doesn't know what the photo shows, whatever filters leave of the classes. */
  readonly unknown: boolean;
}

export interface ClassifyOptions extends PredictionFilter {
  /** How many predictions, at least 1. */
  readonly topK: number;
  readonly fit: AnalyseOptions['fit'];
  /** Whether each prediction comes with its heatmap. */
  readonly heatmaps?: boolean;
  /** When an answer counts as unknown; never, without. */
  readonly thresholds?: UnknownThresholds;
}

export interface PipelineParts extends AnalysisParts {
  /** In order of their index. */
  readonly classes: readonly ImageClass[];
}

/**
 * From the bytes of a photo to predictions.
 *
 * @throws AppError as {@link analyseImage} does
 */
export function classifyImage(
  parts: PipelineParts,
  bytes: Uint8Array,
  options: ClassifyOptions,
): Classification {
  const { topK, fit, heatmaps = false, thresholds = noThresholds } = options;
  const { network, classes } = parts;
  const analysis = analyseImage(parts, bytes, { fit, wantsFeatureMap: heatmaps });
  const { probabilities, embedding, featureMap, image, view, durationsMs } = analysis;
  const predictions = topPredictions(probabilities, classes, topK, options);
  return {
    predictions:
      featureMap === undefined
        ? predictions
        : predictions.map((prediction) => ({
            ...prediction,
            heatmap: heatOf(evidenceFor(network, prediction.index, featureMap)),
          })),
    backgroundProbability: backgroundProbability(probabilities),
    unknown: isUnknown(probabilities, thresholds),
    embedding,
    image,
    view,
    durationsMs,
  };
}
