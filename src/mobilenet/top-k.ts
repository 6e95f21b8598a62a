/** What a model can say that a photo shows. */
export interface ImageClass {
  /** The first of its names. */
  readonly label: string;
  /** WordNet 3.0 id, such as n11939491; of ImageNet's classes. */
  readonly wnid?: string;
}

/** One answer of a model. */
export interface Prediction {
  readonly label: string;
  readonly wnid?: string;
  /** Class index, from 0; not the network's output index. */
  readonly index: number;
  /** 0..1; all classes' sum to 1, with that of "background" where there is one. */
  readonly probability: number;
}

/**
 * The network has one output more than there are classes: output 0 is
 * "background", so that class i is output i + 1. Nothing else in Petal knows.
 */
export const backgroundOutputs = 1;

/** The network's output that stands for a class. */
export function outputOf(classIndex: number): number {
  return classIndex + backgroundOutputs;
}

/** Probability that the photo shows none of the classes, 0..1. */
export function backgroundProbability(probabilities: Float32Array): number {
  return probabilities[0];
}

/** Which classes may be predicted. Without either, all may. */
export interface PredictionFilter {
  /** Least probability, 0..1. */
  readonly minProbability?: number | undefined;
  /** By class index: 1 where the class may be predicted, else 0. */
  readonly isAllowed?: Uint8Array | undefined;
}

/**
 * The most probable classes, most probable first, ties by index. "Background"
 * is never among them. Neither its probability nor that of classes that a
 * filter leaves out is shared out to the others.
 *
 * @param probabilities one a class, in order of their index
 * @param classes in order of their index
 * @param topK how many to return, at least 1; more than there are classes returns them all
 * @throws RangeError where probabilities, classes and filter don't fit together
 */
export function topPredictions(
  probabilities: Float32Array,
  classes: readonly ImageClass[],
  topK: number,
  { minProbability = 0, isAllowed }: PredictionFilter = {},
): Prediction[] {
  if (probabilities.length !== classes.length) {
    throw new RangeError(
      `Expected ${classes.length} probabilities for ${classes.length} classes but received ${probabilities.length}.`,
    );
  }
  if (isAllowed !== undefined && isAllowed.length !== classes.length) {
    throw new RangeError(
      `Expected a filter of ${classes.length} classes but received ${isAllowed.length}.`,
    );
  }
  const predictions = classes.map((imageClass, index) => ({
    ...imageClass,
    index,
    probability: probabilities[index],
  }));
  return predictions
    .filter(({ index, probability }) => probability >= minProbability && isAllowed?.[index] !== 0)
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, topK);
}
