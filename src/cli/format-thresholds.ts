import { styleText } from 'node:util';
import { wilsonInterval } from '../classes/metrics.ts';
import type { ScoreName } from './certainty.ts';
import { alignColumns, percent } from './columns.ts';
import { printable } from './printable.ts';
import { outsideUnknownAt, type Roc } from './roc.ts';
import type { ThresholdCounts } from './threshold-grid.ts';
import type { JudgedPhoto, ThresholdsReport } from './thresholds.ts';

/** Shares of photos from inside at which the curves are printed. */
const keptShares = [0.99, 0.95, 0.9, 0.8];

/** Levels at which both thresholds together are printed; one alone is printed at more. */
const levelsTogether = [0.1, 0.2, 0.3, 0.4];

/** What `thresholds` found as text for a terminal. */
export function formatThresholds(report: ThresholdsReport, mostListed: number): string {
  const { fit, mostLost, inside, outside, without, asSet, byRule, refused } = report;
  const sections: [string, readonly string[]][] = [
    [
      `${inside.length} photos inside the classes, ${outside.length} outside, fit ${fit}`,
      countLines([
        ['no thresholds', without],
        ['as set', asSet],
        [`at most ${percent(mostLost)} % lost`, byRule],
      ]),
    ],
    ['By folder: called unknown', folderLines(report)],
    ['By score: outside called unknown where a share of the inside is kept', rocLines(report.rocs)],
    ['Probability alone', countLines(gridRows(report.grid, ({ minMargin }) => minMargin === 0))],
    [
      'Margin alone',
      countLines(gridRows(report.grid, ({ minTopProbability }) => minTopProbability === 0)),
    ],
    ['Both', countLines(gridRows(report.grid, areTogether))],
  ];
  const listed = outside.slice(0, mostListed);
  if (listed.length > 0) {
    sections.push([
      `Surest answers outside (${listed.length} of ${outside.length}): are any of them true?`,
      listed.map(outsideLine),
    ]);
  }
  if (refused.length > 0) {
    sections.push([
      `Refused, counted nowhere (${refused.length})`,
      refused.map(({ name, refusal }) => printable(`${name}: ${refusal}`)),
    ]);
  }
  return sections
    .map(([title, lines]) => [styleText('bold', title), ...lines.map((l) => `  ${l}`)].join('\n'))
    .join('\n\n');
}

function areTogether({ minTopProbability, minMargin }: ThresholdCounts): boolean {
  return [minTopProbability, minMargin].every((level) => levelsTogether.includes(level));
}

function gridRows(
  grid: readonly ThresholdCounts[],
  isWanted: (counts: ThresholdCounts) => boolean,
): [string, ThresholdCounts][] {
  return grid.filter(isWanted).map((counts) => ['', counts]);
}

function countLines(rows: readonly [string, ThresholdCounts][]): string[] {
  const header = [
    '',
    'probability',
    'margin',
    'inside: right',
    'wrong',
    'unknown',
    'right ones lost',
    'outside: unknown',
  ];
  return alignColumns([
    header,
    ...rows.map(([name, { minTopProbability, minMargin, inside, outside }]) => {
      const photos = inside.right + inside.wrong + inside.unknown;
      return [
        name,
        minTopProbability.toFixed(2),
        minMargin.toFixed(2),
        share(inside.right, photos),
        share(inside.wrong, photos),
        share(inside.unknown, photos),
        shareWithInterval(inside.lost, inside.right + inside.lost),
        shareWithInterval(outside.unknown, outside.unknown + outside.answered),
      ];
    }),
  ]);
}

function folderLines({ folders }: ThresholdsReport): string[] {
  return alignColumns([
    ['', '', 'photos', 'right', 'as set', 'by the rule'],
    ...folders.map(({ folder, side, photos, right, unknownAsSet, unknownByRule }) => [
      folder,
      side,
      String(photos),
      side === 'inside' ? share(right, photos) : '-',
      shareWithInterval(unknownAsSet, photos),
      shareWithInterval(unknownByRule, photos),
    ]),
  ]);
}

function rocLines(rocs: Readonly<Record<ScoreName, Roc>>): string[] {
  return alignColumns([
    ['', 'AUROC', '95 % interval', ...keptShares.map((kept) => `${percent(kept)} % kept`)],
    ...Object.entries(rocs).map(([name, roc]) => [
      name,
      roc.auroc.toFixed(3),
      roc.interval.map((bound) => bound.toFixed(3)).join(' to '),
      ...keptShares.map((kept) => `${percent(outsideUnknownAt(roc, kept))} %`),
    ]),
  ]);
}

function outsideLine({ folder, name, prediction: { label, probability } }: JudgedPhoto): string {
  return `${percent(probability).padStart(5)} %  ${printable(`${label}: ${folder}/${name}`)}`;
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${percent(part / whole)} %`;
}

function shareWithInterval(part: number, whole: number): string {
  if (whole === 0) return '-';
  const [low, high] = wilsonInterval(part, whole).map(percent);
  return `${share(part, whole).padStart(7)} (${low} to ${high})`;
}
