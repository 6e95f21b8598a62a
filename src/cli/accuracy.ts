import type { Prediction } from '../mobilenet/top-k.ts';

/** What came of one photo. */
export interface Outcome {
  readonly name: string;
  /** Indices of the classes that would be right. */
  readonly truth: readonly number[];
  /** All classes, most probable first; empty where the photo was refused. */
  readonly predictions: readonly Prediction[];
  /** Why the photo was refused, where it was. */
  readonly refusal?: string;
}

/** A photo whose most probable class is not the right one. */
export interface Mistake {
  readonly name: string;
  readonly expected: Prediction;
  /** Place of the right class among all, from 1. */
  readonly rank: number;
  readonly predicted: Prediction;
}

export interface Accuracy {
  readonly photos: number;
  /** Photos whose right class is the most probable one, or among the five most probable. */
  readonly correctTop1: number;
  readonly correctTop5: number;
  /** Most confidently wrong first. */
  readonly mistakes: readonly Mistake[];
  /** Photos that could not be classified. They count as wrong. */
  readonly refused: readonly { readonly name: string; readonly refusal: string }[];
}

/** Sums up; a refused photo counts as wrong, since a user would have got no answer. */
export function measureAccuracy(outcomes: readonly Outcome[]): Accuracy {
  const mistakes: Mistake[] = [];
  const refused: { name: string; refusal: string }[] = [];
  let correctTop1 = 0;
  let correctTop5 = 0;
  for (const { name, truth, predictions, refusal } of outcomes) {
    const place = predictions.findIndex(({ index }) => truth.includes(index));
    if (refusal !== undefined || place < 0) {
      refused.push({ name, refusal: refusal ?? 'There is no prediction for its class.' });
      continue;
    }
    if (place < 5) correctTop5 += 1;
    if (place === 0) correctTop1 += 1;
    else {
      const [expected, predicted] = [predictions[place], predictions[0]];
      mistakes.push({ name, expected, rank: place + 1, predicted });
    }
  }
  mistakes.sort((a, b) => confidence(b) - confidence(a));
  return { photos: outcomes.length, correctTop1, correctTop5, mistakes, refused };
}

/** How much more probable than the truth the network thought its mistake, 0..1. */
function confidence({ expected, predicted }: Mistake): number {
  return predicted.probability - expected.probability;
}
