import type { Fit } from '../image/fit.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import { backgroundOutputs, type Prediction, topPredictions } from '../mobilenet/top-k.ts';
import { noThresholds, type UnknownThresholds } from '../mobilenet/uncertainty.ts';
import { type AnalysisParts, analyseImage } from '../pipeline/analyse-image.ts';
import { answerPhotos } from './answers.ts';
import { logitOf, mapScores, type ScoreName, type Scores, scoreCertainty } from './certainty.ts';
import { type LabelledPhoto, listLabelledPhotos, type NamedClass } from './labelled-photos.ts';
import { listPhotoFiles } from './photo-files.ts';
import { measureRoc, type Roc } from './roc.ts';
import {
  chooseThresholds,
  countAt,
  countGrid,
  countUnknown,
  type ThresholdCounts,
} from './threshold-grid.ts';

export interface ThresholdsOptions {
  /** Folders of labelled photos. */
  readonly inside: readonly string[];
  /** Folders of photos of things that are none of the classes. */
  readonly outside: readonly string[];
  readonly fit: Fit;
  /** Largest share of the right answers that the rule may call unknown, 0..1. */
  readonly mostLost: number;
  /** What is set. */
  readonly set: UnknownThresholds;
}

/** Whether photos show one of the classes. */
export type Side = 'inside' | 'outside';

/** One photo, and how sure the network is of its answer. */
export interface JudgedPhoto {
  readonly folder: string;
  readonly side: Side;
  /** Relative to the folder. */
  readonly name: string;
  readonly prediction: Prediction;
  /** Whether that is what it shows; nothing is, of what is outside. */
  readonly isRight: boolean;
  readonly scores: Scores;
}

/** With all outputs of the network, which no report needs. */
interface Judgement extends JudgedPhoto {
  readonly probabilities: Float32Array;
}

/** What becomes of one folder's photos. */
export interface FolderCounts {
  readonly folder: string;
  readonly side: Side;
  readonly photos: number;
  readonly right: number;
  /** Called unknown at the thresholds that are set, and at those of the rule. */
  readonly unknownAsSet: number;
  readonly unknownByRule: number;
}

/** What `thresholds` found. */
export interface ThresholdsReport {
  readonly fit: Fit;
  readonly mostLost: number;
  readonly without: ThresholdCounts;
  readonly asSet: ThresholdCounts;
  readonly byRule: ThresholdCounts;
  readonly grid: readonly ThresholdCounts[];
  readonly folders: readonly FolderCounts[];
  readonly rocs: Readonly<Record<ScoreName, Roc>>;
  readonly inside: readonly JudgedPhoto[];
  /** Most probable answer first. */
  readonly outside: readonly JudgedPhoto[];
  /** Photos that Petal can't read. They count nowhere: none has an answer that could be unknown. */
  readonly refused: readonly { readonly name: string; readonly refusal: string }[];
}

/** Both thresholds' levels in the grid. */
export const levels: readonly number[] = Array.from({ length: 20 }, (_, i) => i / 20);

type Parts = Omit<AnalysisParts, 'network'> & {
  readonly network: LoadedNetwork;
  readonly classes: readonly NamedClass[];
};

type Question = LabelledPhoto & Pick<JudgedPhoto, 'folder' | 'side'>;

/**
 * Measures how well thresholds tell photos of the classes from photos of other
 * things, on the pipeline that serves.
 *
 * @throws Error where a folder has no photo, or one of the inside none with a label
 */
export async function measureThresholds(
  parts: Parts,
  { inside: insideFolders, outside: outsideFolders, fit, mostLost, set }: ThresholdsOptions,
): Promise<ThresholdsReport> {
  const questions = await Promise.all([
    ...insideFolders.map((folder) => listInside(folder, parts.classes)),
    ...outsideFolders.map(listOutside),
  ]);
  const { answered, refused } = await answerPhotos(questions.flat(), (bytes, question) =>
    judge(parts, fit, bytes, question),
  );
  const judged = answered.map(({ answer }) => answer);
  const inside = judged.filter(({ side }) => side === 'inside');
  const outside = judged
    .filter(({ side }) => side === 'outside')
    .sort((a, b) => b.prediction.probability - a.prediction.probability);
  if (inside.length === 0 || outside.length === 0) {
    throw new Error('Petal can read none of the photos of one side: there is nothing to compare.');
  }
  const grid = countGrid(levels, inside, outside);
  const byRule = chooseThresholds(grid, mostLost);
  return {
    fit,
    mostLost,
    without: countAt(noThresholds, inside, outside),
    asSet: countAt(set, inside, outside),
    byRule,
    grid,
    folders: [...Map.groupBy(judged, ({ folder }) => folder)].map(([folder, photos]) => ({
      folder,
      side: photos[0].side,
      photos: photos.length,
      right: photos.filter(({ isRight }) => isRight).length,
      unknownAsSet: countUnknown(photos, set),
      unknownByRule: countUnknown(photos, byRule),
    })),
    rocs: measureRocs(inside, outside),
    inside: inside.map(withoutOutputs),
    outside: outside.map(withoutOutputs),
    refused: refused.map(({ photo, refusal }) => ({ name: photo.path, refusal })),
  };
}

async function listInside(folder: string, classes: readonly NamedClass[]): Promise<Question[]> {
  const { photos, unread } = await listLabelledPhotos(folder, classes);
  const all = [...photos, ...unread.map((file) => ({ ...file, truth: [] }))];
  return all.map((photo) => ({ ...photo, folder, side: 'inside' }));
}

async function listOutside(folder: string): Promise<Question[]> {
  const photos = await listPhotoFiles(folder);
  if (photos.length === 0) throw new Error(`There is no photo in ${folder}.`);
  return photos.map((photo) => ({ ...photo, folder, side: 'outside', truth: [] }));
}

function judge(
  parts: Parts,
  fit: Fit,
  bytes: Uint8Array,
  { folder, name, side, truth }: Question,
): Judgement {
  const { network, classes } = parts;
  const [{ embedding }] = analyseImage(parts, bytes, { fit }).readings;
  const probabilities = network.classify(embedding);
  const [prediction, second] = topPredictions(
    probabilities.subarray(backgroundOutputs),
    classes,
    2,
  );
  const scores = scoreCertainty({
    probabilities,
    first: prediction.probability,
    second: second.probability,
    firstLogit: logitOf(network, prediction, embedding),
  });
  const isRight = truth.includes(prediction.index);
  return { folder, name, side, prediction, isRight, scores, probabilities };
}

function withoutOutputs({ probabilities: _, ...photo }: Judgement): JudgedPhoto {
  return photo;
}

function measureRocs(
  inside: readonly JudgedPhoto[],
  outside: readonly JudgedPhoto[],
): Record<ScoreName, Roc> {
  const scoresOf = (photos: readonly JudgedPhoto[], name: ScoreName): number[] =>
    photos.map(({ scores }) => scores[name]);
  return mapScores((name) => measureRoc(scoresOf(inside, name), scoresOf(outside, name)));
}
