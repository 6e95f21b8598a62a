import { join } from 'node:path';
import { decodePhoto, openPhoto } from '../src/image/decode-image.ts';
import { NetworkInput } from '../src/image/preprocess.ts';
import { loadNetwork } from '../src/mobilenet/network.ts';
import { backgroundOutputs } from '../src/mobilenet/top-k.ts';
import { readAssets } from '../src/runtime/node.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { prepareFiles, startContender } from './engines/contender.ts';
import { modelsOf } from './engines/models.ts';
import { type Entry, type Measured, measureInTurns, ratioTo } from './engines/rounds.ts';
import { type EngineRow, litertRelaxed, petalInt8 } from './engines/rows.ts';
import { formatPhotos } from './photos.ts';
import { loadSharp } from './rivals.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { summarize } from './statistics.ts';
import { number } from './table.ts';

const inputSize = 224;
const smallSide = 256;
const limits = { maxPixels: 1e9, maxDecodeBytes: 2e9 };

/** What a row is given of each photo. */
type Input = 'pixels' | 'small photo' | 'photo';

interface HeadlineRow {
  readonly row: EngineRow;
  readonly input: Input;
  /** The most times that it may take what the rival's bare network takes. */
  readonly targetRatio?: number;
}

const photoRow: EngineRow = { ...petalInt8, module: 'petal-photo.ts' };
const smallPhotoName = `Petal, ${smallSide} x ${smallSide} JPEG to JSON`;
const rows: readonly HeadlineRow[] = [
  { row: { ...litertRelaxed, name: 'LiteRT.js, bare network' }, input: 'pixels' },
  { row: { ...petalInt8, name: 'Petal, bare network' }, input: 'pixels' },
  { row: { ...photoRow, name: smallPhotoName }, input: 'small photo', targetRatio: 1.2 },
  { row: { ...photoRow, name: 'Petal, photo to JSON' }, input: 'photo', targetRatio: 2.5 },
];

/** A whole classification inside the Worker, against what the fastest other engine takes for the network alone. */
export const headline: Benchmark = {
  name: 'headline',
  question: 'How long does a whole photo take in workerd, against the bare network of LiteRT.js?',
  async run(setting: Setting): Promise<Report> {
    const { rivalsMissing } = setting;
    if (rivalsMissing !== undefined) {
      const notes = [`Not measured, since the rivals are missing: ${rivalsMissing}.`];
      return { tables: [], notes, wrongAnswers: [], measurements: {} };
    }
    return await withScratchFolder((folder) => measure(setting, folder));
  },
};

async function measure(setting: Setting, folder: string): Promise<Report> {
  const photos = setting.photos.map(({ bytes }) => bytes);
  const inputs: Record<Input, Uint8Array[]> = {
    photo: photos,
    'small photo': await Promise.all(photos.map(shrink)),
    pixels: photos.map(toPixels),
  };
  const models = modelsOf(setting.artifactPath, folder);
  const entries: Entry[] = [];
  try {
    for (const [i, { row, input }] of rows.entries()) {
      const files = await prepareFiles(row, await models[row.model](), join(folder, String(i)));
      const contender = await startContender(row, 'workerd', files);
      entries.push({ contender, inputs: inputs[input] });
    }
    const measured = await measureInTurns(entries);
    return report(measured, await findWrongAnswers(measured, inputs, setting), setting);
  } finally {
    await Promise.all(entries.map(({ contender }) => contender.dispose()));
  }
}

/** As a browser or a phone would send it, at the quality that canvases take. */
async function shrink(bytes: Uint8Array): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const file = await sharp(bytes)
    .resize(smallSide, smallSide, { fit: 'cover', kernel: 'cubic' })
    .jpeg({ quality: 85, chromaSubsampling: '4:2:0', progressive: false })
    .toBuffer();
  return new Uint8Array(file);
}

function toPixels(bytes: Uint8Array): Uint8Array {
  const opened = openPhoto(bytes);
  const input = new NetworkInput(opened.stored, inputSize, 'crop');
  decodePhoto(opened, input, limits);
  return input.values;
}

/** What the workers say of the photos has to be what Petal says in this process. */
async function findWrongAnswers(
  measured: readonly Measured[],
  inputs: Record<Input, readonly Uint8Array[]>,
  { artifactPath, photos }: Setting,
): Promise<string[]> {
  const network = loadNetwork(await readAssets(artifactPath));
  const wrong: string[] = [];
  for (const [i, { input }] of rows.entries()) {
    for (const [j, bytes] of inputs[input].entries()) {
      const pixels = input === 'pixels' ? bytes : toPixels(bytes);
      const expected = mostProbable(
        network.infer(pixels).probabilities.subarray(backgroundOutputs),
      );
      const answer = measured[i].answers[j];
      const actual = mostProbable(input === 'pixels' ? answer.slice(backgroundOutputs) : answer);
      // LiteRT.js rounds probabilities to 256ths.
      if (Math.abs(actual - expected) <= 1 / 512 + 1e-6) continue;
      wrong.push(`${photos[j].name}: ${rows[i].row.name} says ${actual} instead of ${expected}.`);
    }
  }
  network.dispose();
  return wrong;
}

function mostProbable(probabilities: Iterable<number>): number {
  return Math.max(...probabilities);
}

function report(
  measured: readonly Measured[],
  wrongAnswers: readonly string[],
  { photos }: Setting,
): Report {
  const [rival] = measured;
  const summaries = measured.map(({ roundsMs }) => summarize(roundsMs));
  const notes = [
    formatPhotos(photos),
    `Medians of ${rival.roundsMs.length} turns in workerd, each the mean of a tenth of a second of work on one photo; ratios are medians of those within a round. To JSON: from the photo's bytes in the Worker's memory, by decoding, cropping, resizing, network and the five best classes, to the text of the answer, without the HTTP exchange. The photos of ${smallSide} x ${smallSide} pixels are the same ones, cropped and reduced by sharp beforehand, 4:2:0 at quality 85.`,
  ];
  for (const [i, { row, targetRatio }] of rows.entries()) {
    if (targetRatio === undefined) continue;
    const what = `${row.name}, to ${rival.row.name},`;
    notes.push(targetNote(what, ratioTo(measured[i], rival), targetRatio, 'x'));
  }
  return {
    tables: [
      {
        title: 'In workerd, in milliseconds',
        columns: ['what', 'median', 'p10-p90', `to ${rival.row.name}`],
        rows: measured.map((one, i) => [
          one.row.name,
          number(summaries[i].median),
          `${number(summaries[i].p10)}-${number(summaries[i].p90)}`,
          `${ratioTo(one, rival).toFixed(2)}x`,
        ]),
      },
    ],
    notes,
    wrongAnswers,
    measurements: measured.map(({ row }, i) => ({ name: row.name, ms: summaries[i] })),
  };
}
