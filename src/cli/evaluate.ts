import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { AppError } from '../errors.ts';
import type { Fit } from '../image/preprocess.ts';
import { classifyImage, type PipelineParts } from '../pipeline/classify-image.ts';
import {
  type Accuracy,
  type Mistake,
  measureAccuracy,
  type Outcome,
  wilsonInterval,
} from './accuracy.ts';
import { type LabelledPhoto, listLabelledPhotos, type NamedClass } from './labelled-photos.ts';
import { startProgress } from './progress.ts';

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
  parts: PipelineParts & { readonly classes: readonly NamedClass[] },
  folder: string,
  fit: Fit,
): Promise<Evaluation> {
  const { photos, unknownLabels } = await listLabelledPhotos(folder, parts.classes);
  if (photos.length === 0) {
    const found = [...unknownLabels.keys()].slice(0, 5).map((label) => `"${label}"`);
    throw new Error(
      `There is no photo with an ImageNet label in ${folder}${found.length > 0 ? `; found ${found.join(', ')}` : ''}. Name the files <WordNet id>_<name>.JPEG, or put them into folders named after their class.`,
    );
  }
  const progress = startProgress(photos.length, 'photos');
  const outcomes: Outcome[] = [];
  const start = performance.now();
  for (const photo of photos) {
    outcomes.push(await classifyPhoto(parts, photo, fit));
    progress.increment();
  }
  const durationSeconds = (performance.now() - start) / 1000;
  progress.stop();
  return {
    ...measureAccuracy(outcomes),
    fit,
    photosPerSecond: photos.length / durationSeconds,
    unknownLabels: Object.fromEntries(unknownLabels),
  };
}

async function classifyPhoto(
  parts: PipelineParts,
  { path, name, truth }: LabelledPhoto,
  fit: Fit,
): Promise<Outcome> {
  const bytes = await readFile(path);
  try {
    const { predictions } = classifyImage(parts, bytes, { topK: parts.classes.length, fit });
    return { name, truth, predictions };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { name, truth, predictions: [], refusal: error.message };
  }
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

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

function mistakeLines(mistakes: readonly Mistake[]): string[] {
  const rows = mistakes.map(({ name, expected, rank, predicted }) => [
    name,
    `is ${expected.label} (${percent(expected.probability)} %, place ${rank})`,
    `taken for ${predicted.label} (${percent(predicted.probability)} %)`,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map(
    ([name, is, takenFor]) => `  ${name.padEnd(widths[0])}  ${is.padEnd(widths[1])}  ${takenFor}`,
  );
}
