import { decodePhoto, openPhoto } from '../image/decode-image.ts';
import { scaleRectangle } from '../image/fit.ts';
import { paintHeatmap } from '../image/heatmap-overlay.ts';
import { ReducedPicture } from '../image/reduced-picture.ts';
import type { RgbImage } from '../image/rgb-image.ts';
import { classActivationMap, type Grid, heatOf } from '../mobilenet/class-activation-map.ts';
import { type Prediction, topPredictions } from '../mobilenet/top-k.ts';
import {
  type AnalyseOptions,
  type Analysis,
  type AnalysisParts,
  analyseImage,
} from './analyse-image.ts';
import type { AnsweringModel } from './answering-model.ts';

/** Where in a photo the network saw a class. */
export interface Explanation extends Pick<Analysis, 'image' | 'view' | 'durationsMs'> {
  /** The class that is explained. */
  readonly prediction: Prediction;
  /** Evidence for the class by position, of any sign; its mean plus the class's bias is its logit. */
  readonly evidence: Grid;
  /** The same for display: 0 where nothing speaks for the class, 1 at the strongest. */
  readonly heatmap: Grid;
}

export interface ExplainOptions {
  readonly fit: AnalyseOptions['fit'];
  /** By class index: 1 where the class may be explained, else 0. Without it, all may. */
  readonly isAllowed?: Uint8Array | undefined;
}

/**
 * From the bytes of a photo to where in it the evidence for a class lies, by
 * its class activation map: for a model's most probable class of those that may be
 * explained.
 *
 * @throws AppError as {@link analyseImage} does
 * @throws RangeError where no class may be explained
 */
export function explainImage(
  parts: AnalysisParts,
  bytes: Uint8Array,
  model: AnsweringModel,
  { fit, isAllowed }: ExplainOptions,
): Explanation {
  const sources = [model.source];
  const analysis = analyseImage(parts, bytes, { fit, sources, wantsFeatureMap: true });
  const { readings, image, view, durationsMs } = analysis;
  const [{ embedding, featureMap }] = readings;
  if (featureMap === undefined) throw new Error('The network gave no feature map.');
  const { probabilities } = model.judge(embedding);
  const [prediction] = topPredictions(probabilities, model.classes, 1, { isAllowed });
  if (prediction === undefined) throw new RangeError('Expected a class that may be explained.');
  const evidence = classActivationMap(featureMap, model.weightsOf(prediction.index));
  return { prediction, evidence, heatmap: heatOf(evidence), image, view, durationsMs };
}

/**
 * Paints an explanation over its photo. Decodes the photo a second time, in
 * the size of the picture.
 *
 * @param bytes of the photo that was explained
 * @param maxSide of the picture, in pixels
 * @returns the upright photo; smaller ones keep their size
 * @throws AppError `image-too-large` where the photo can't be decoded at this size, `too-much-work`
 */
export function drawExplanation(
  { limits, budget }: Pick<AnalysisParts, 'limits' | 'budget'>,
  bytes: Uint8Array,
  { heatmap, view }: Pick<Explanation, 'heatmap' | 'view'>,
  maxSide: number,
): RgbImage {
  const photo = openPhoto(bytes);
  const target = new ReducedPicture(photo.stored, maxSide);
  decodePhoto(photo, target, limits, budget);
  const { image } = target;
  const across = image.width / photo.width;
  const down = image.height / photo.height;
  paintHeatmap(image, heatmap, {
    region: scaleRectangle(view.region, across, down),
    gridRegion: scaleRectangle(view.gridRegion, across, down),
  });
  return image;
}
