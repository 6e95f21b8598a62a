import { styleText } from 'node:util';
import { alignColumns, percent } from './columns.ts';
import { accuracyText, confusionLines, labelLines } from './format-metrics.ts';
import { printable } from './printable.ts';
import type { Training } from './train.ts';

/** What is listed of a kind before the rest is only counted. */
const mostListed = 10;

/** What training found, as text for a terminal. */
export function formatTraining({ photos, manifest, metrics, durationsMs }: Training): string {
  const { labels } = manifest;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const cached = photos.fromCache > 0 ? `, ${photos.fromCache} of them from the cache` : '';
  const blocks: string[][] = [
    [
      `${photos.photos.length} photos of ${labels.length} classes: read in ${seconds(durationsMs.reading)}${cached}; fitted in ${seconds(durationsMs.fitting)}`,
    ],
    ...leftOut(photos),
  ];
  if (metrics === undefined) {
    const alone = labels.filter((_, label) => manifest.training.examples[label] === 1);
    const why =
      alone.length > 0
        ? `one photo is all there is of ${printable(alone.join(', '))}`
        : 'of some class all photos look the same';
    blocks.push([
      `Not measured: ${why}, so that nothing can be held back. From two photos of each class on, accuracy is measured; from ten on, it says something.`,
    ]);
  } else {
    const how =
      metrics.folds === 1 ? 'a fifth held out once' : `${metrics.folds}-fold cross-validation`;
    blocks.push(
      [`Validation accuracy  ${accuracyText(metrics.correct, metrics.photos)}, ${how}`],
      labelLines(metrics),
      [
        styleText('bold', 'What photos show (rows), and what they were taken for'),
        ...confusionLines(metrics),
      ],
      settingLines(manifest, metrics.calibrationError, metrics.logLoss),
    );
  }
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function settingLines(
  { head, thresholds, training }: Training['manifest'],
  calibrationError: number,
  logLoss: number,
): string[] {
  const { minTopProbability, minMargin } = thresholds;
  return alignColumns([
    [
      'calibration',
      `probabilities are off by ${percent(calibrationError)} % on average, at temperature ${head.temperature.toFixed(2)}; log loss ${logLoss.toFixed(3)}`,
    ],
    [
      'unknown',
      `below a probability of ${minTopProbability.toFixed(2)}, or a lead of ${minMargin.toFixed(2)}`,
    ],
    [
      'head',
      head.kind === 'knn'
        ? `nearest examples, ${head.neighbours} of them`
        : `softmax regression, L2 ${training.l2 ?? 0}`,
    ],
    ...(training.fineTuned === 'none'
      ? []
      : [['fine-tuned', `${training.fineTuned}, ${training.epochs ?? 0} epochs`]]),
    ...(training.views > 1 ? [['views', `${training.views} of each photo`]] : []),
  ]);
}

/** What was not trained on, and what deserves a look. */
function leftOut({
  refused,
  duplicates,
  conflicts,
  alike,
  unlabelled,
}: Training['photos']): string[][] {
  return [
    listed(
      'Left out, as they can not be read',
      refused.map(({ name, refusal }) => `${name}: ${refusal}`),
    ),
    listed(
      'Left out, as the same photo lies in two classes',
      conflicts.map((names) => names.join(' = ')),
    ),
    listed(
      'Counted once',
      duplicates.map(({ name, sameAs }) => `${name} is the same photo as ${sameAs}`),
    ),
    listed(
      'Alike, and so never on both sides of a split',
      alike.map((names) => names.join(' ~ ')),
    ),
    listed(
      'Left out, as they lie in no class',
      unlabelled === 0 ? [] : [`${unlabelled} photos beside the folders of the classes`],
    ),
  ].filter(({ length }) => length > 0);
}

function listed(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - mostListed;
  return [
    styleText('yellow', `${title} (${lines.length})`),
    ...lines.slice(0, mostListed).map((line) => `  ${printable(line)}`),
    ...(more > 0 ? [`  and ${more} more, which --json lists`] : []),
  ];
}
