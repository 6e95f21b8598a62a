import { styleText } from 'node:util';
import type { Fit } from '../image/fit.ts';
import type { AnalysisParts } from '../pipeline/analyse-image.ts';
import type { AnsweringModel } from '../pipeline/answering-model.ts';
import { classifyImage } from '../pipeline/classify-image.ts';
import {
  type Accuracy,
  type Mistake,
  measureAccuracy,
  type Outcome,
  wilsonInterval,
} from './accuracy.ts';
import { answerPhotos } from './answers.ts';
import { alignColumns, percent } from './columns.ts';
import { listLabelledPhotos, type NamedClass } from './labelled-photos.ts';

export interface EvaluateOptions {
  readonly fit: Fit;
  /** How many mistakes to print. */
  readonly mistakes: number;
  /** Print JSON with everything instead of text. */
  readonly json?: boolean;
}

/** What `evaluate` found. */
export interface Evaluation extends Accuracy {
  readonly fit: Fit;
  readonly photosPerSecond: number;
  /** Photos left out because their label is not a class of the model, by label. */
  readonly unknownLabels: Readonly<Record<string, number>>;
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
  const { photos, unknownLabels } = await listLabelledPhotos(folder, parts.classes);
  const start = performance.now();
  const { answered, refused } = await answerPhotos(
    photos,
    (bytes) =>
      classifyImage(parts, bytes, parts.model, { topK: parts.classes.length, fit }).predictions,
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
    unknownLabels: Object.fromEntries(unknownLabels),
  };
}

/** The evaluation as text for a terminal. */
export function formatEvaluation(evaluation: Evaluation, maxMistakes: number): string {
  const { photos, correctTop1, correctTop5, photosPerSecond, mistakes, refused } = evaluation;
  const lines = [
    `${photos} photos, fit ${evaluation.fit}, ${photosPerSecond.toFixed(1)} photos per second`,
    accuracyLine('top-1', correctTop1, photos),
    accuracyLine('top-5', correctTop5, photos),
  ];
  const shown = mistakes.slice(0, maxMistakes);
  if (shown.length > 0) {
    lines.push('', styleText('bold', `Worst mistakes (${shown.length} of ${mistakes.length})`));
    lines.push(...mistakeLines(shown));
  }
  if (refused.length > 0) {
    lines.push('', styleText('bold', `Refused, counted as wrong (${refused.length})`));
    lines.push(...refused.map(({ name, refusal }) => `  ${name}: ${refusal}`));
  }
  const unknown = Object.entries(evaluation.unknownLabels);
  if (unknown.length > 0) {
    lines.push('', styleText('bold', 'Left out, since the model has no such class'));
    lines.push(...unknown.map(([label, count]) => `  ${label}: ${count} photos`));
  }
  return lines.join('\n');
}

function accuracyLine(name: string, correct: number, photos: number): string {
  const [low, high] = wilsonInterval(correct, photos).map(percent);
  const share = styleText('bold', `${percent(correct / photos)} %`);
  return `${name}  ${share}  (${correct} of ${photos}, 95 % interval ${low} to ${high} %)`;
}

function mistakeLines(mistakes: readonly Mistake[]): string[] {
  const rows = mistakes.map(({ name, expected, rank, predicted }) => [
    name,
    `is ${expected.label} (${percent(expected.probability)} %, place ${rank})`,
    `taken for ${predicted.label} (${percent(predicted.probability)} %)`,
  ]);
  return alignColumns(rows).map((line) => `  ${line}`);
}
