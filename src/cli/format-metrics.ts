import { styleText } from 'node:util';
import type { ModelMetrics } from '../classes/manifest.ts';
import { wilsonInterval } from '../classes/metrics.ts';
import { alignColumns, percent } from './columns.ts';
import { printable } from './printable.ts';

/** Of more labels the matrix would be wider than a terminal. */
const maxMatrixLabels = 12;

/** How many confusions are listed where the matrix is too wide. */
const maxConfusions = 15;

/** `85.3 %  (256 of 300, 95 % interval 80.9 to 88.9 %)` */
export function accuracyText(correct: number, photos: number): string {
  const [low, high] = wilsonInterval(correct, photos).map(percent);
  const share = styleText('bold', `${percent(photos === 0 ? 0 : correct / photos)} %`);
  return `${share}  (${correct} of ${photos}, 95 % interval ${low} to ${high} %)`;
}

/** How well each label is told from the others. */
export function labelLines({ labels }: Pick<ModelMetrics, 'labels'>): string[] {
  const [header, ...rows] = alignColumns([
    ['label', 'photos', 'precision', 'recall'],
    ...labels.map(({ label, photos, precision, recall }) => [
      label,
      String(photos),
      shareText(precision),
      shareText(recall),
    ]),
  ]);
  return [styleText('dim', header), ...rows];
}

function shareText(share: number | null): string {
  return share === null ? '-' : `${percent(share)} %`;
}

/** Rows are what photos show, columns what they were taken for; of many labels, the most frequent confusions. */
export function confusionLines({
  labels,
  confusion,
}: Pick<ModelMetrics, 'labels' | 'confusion'>): string[] {
  const names = labels.map(({ label }) => printable(label));
  if (names.length > maxMatrixLabels) return frequentConfusions(names, confusion);
  const short = names.map((name) => (name.length > 12 ? `${name.slice(0, 11)}…` : name));
  const widths = short.map((name) => Math.max(name.length, 3));
  const first = Math.max(...names.map((name) => name.length));
  const header = `${' '.repeat(first)}  ${short.map((name, i) => name.padStart(widths[i])).join('  ')}`;
  const rows = confusion.map((row, shown) => {
    const cells = row.map((count, taken) => {
      const text = (count === 0 ? '·' : String(count)).padStart(widths[taken]);
      if (count === 0) return styleText('dim', text);
      return styleText(taken === shown ? 'green' : 'red', text);
    });
    return `${names[shown].padEnd(first)}  ${cells.join('  ')}`;
  });
  return [styleText('dim', header), ...rows];
}

function frequentConfusions(
  names: readonly string[],
  confusion: readonly (readonly number[])[],
): string[] {
  const pairs = confusion.flatMap((row, shown) =>
    row.flatMap((count, taken) => (taken !== shown && count > 0 ? [{ shown, taken, count }] : [])),
  );
  pairs.sort((a, b) => b.count - a.count);
  const lines = alignColumns(
    pairs
      .slice(0, maxConfusions)
      .map(({ shown, taken, count }) => [names[shown], `taken for ${names[taken]}`, String(count)]),
  );
  return pairs.length > maxConfusions
    ? [...lines, `and ${pairs.length - maxConfusions} other pairs`]
    : lines;
}
