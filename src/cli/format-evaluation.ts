import { styleText } from 'node:util';
import type { Mistake } from './accuracy.ts';
import { alignColumns, percent } from './columns.ts';
import type { Evaluation } from './evaluate.ts';
import { accuracyText, confusionLines, labelLines } from './format-metrics.ts';
import { printable } from './printable.ts';

/** The evaluation as text for a terminal. */
export function formatEvaluation(evaluation: Evaluation, maxMistakes: number): string {
  const { photos, correctTop1, correctTop5, photosPerSecond, mistakes, refused } = evaluation;
  const { metrics, fit, unread } = evaluation;
  const lines = [
    `${photos} photos, fit ${fit}, ${photosPerSecond.toFixed(1)} photos per second`,
    `top-1  ${accuracyText(correctTop1, photos)}`,
    // Among five labels the right one always is.
    ...(metrics !== undefined && metrics.labels.length <= 5
      ? []
      : [`top-5  ${accuracyText(correctTop5, photos)}`]),
  ];
  if (metrics !== undefined) {
    lines.push('', ...labelLines(metrics));
    lines.push('', styleText('bold', 'What photos show (rows), and what they were taken for'));
    lines.push(...confusionLines(metrics));
  }
  const shown = mistakes.slice(0, maxMistakes);
  if (shown.length > 0) {
    lines.push('', styleText('bold', `Worst mistakes (${shown.length} of ${mistakes.length})`));
    lines.push(...mistakeLines(shown));
  }
  if (refused.length > 0) {
    lines.push('', styleText('bold', `Refused, counted as wrong (${refused.length})`));
    lines.push(...refused.map(({ name, refusal }) => `  ${printable(`${name}: ${refusal}`)}`));
  }
  if (unread.length > 0) {
    lines.push('', styleText('bold', `Left out, since there is no photo (${unread.length})`));
    lines.push(...unread.map(({ name, refusal }) => `  ${printable(`${name}: ${refusal}`)}`));
  }
  const unknown = Object.entries(evaluation.unknownLabels);
  if (unknown.length > 0) {
    lines.push('', styleText('bold', 'Left out, since the model has no such class'));
    lines.push(...unknown.map(([label, count]) => `  ${printable(label)}: ${count} photos`));
  }
  return lines.join('\n');
}

function mistakeLines(mistakes: readonly Mistake[]): string[] {
  const rows = mistakes.map(({ name, expected, rank, predicted }) => [
    name,
    `is ${expected.label} (${percent(expected.probability)} %, place ${rank})`,
    `taken for ${predicted.label} (${percent(predicted.probability)} %)`,
  ]);
  return alignColumns(rows).map((line) => `  ${line}`);
}
