import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgress } from '../src/cli/progress.ts';
import { jpegCodec } from '../src/image/jpeg/codec.ts';
import { readJpegHeader } from '../src/image/jpeg/header.ts';
import { Picture } from '../src/image/picture.ts';
import { unlimitedWork } from '../src/image/work-budget.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { runScript } from './child-process.ts';
import {
  type ContenderKey,
  contenderNames,
  type DecodeContender,
  denominatorFor,
  jpegJs,
  loadSharpContenders,
  petalContenders,
  petalToInput,
} from './decode-contenders.ts';
import { makePhonePhoto } from './phone-photo.ts';
import { type Photo, readCameraPhotos } from './photos.ts';
import { loadSharp } from './rivals.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { type Summary, summarize } from './statistics.ts';
import { missing, number, type Table } from './table.ts';

/** What the project promises. */
const targets = {
  /** Times as fast as jpeg-js at 12 megapixels, to the network's input. */
  fasterThanJpegJs: 20,
  /** Times as slow as sharp's shrink-on-load at 12 megapixels. */
  slowerThanSharp: 1,
  /** Times as fast as jpeg-js at full size, on the setting's photos. */
  fasterThanJpegJsAtFullSize: 2.5,
  /** A pixel's cost at 48 megapixels to that at 12. */
  costPerPixel: 1,
} as const;

/** Fresh processes of each contender. */
const processes = 5;

/** For the cost of a pixel at 12 and at 48 megapixels. */
const costRounds = 15;

/** How far the mean channel may be from libjpeg-turbo's, in levels of 255. */
const tolerance = 1.5;

/** Photos of one kind, a row of the table. */
interface Row {
  readonly key: string;
  readonly name: string;
  readonly photos: readonly Photo[];
  /** Also measured in fresh processes. */
  readonly cold: boolean;
}

type Times = Partial<Record<ContenderKey, Summary>>;

interface Result {
  readonly row: Row;
  /** Milliseconds. */
  readonly warm: Times;
  readonly first?: Times;
}

/** JPEG to pixels, at full size and as far as the network needs it, against JavaScript and native code. */
export const decode: Benchmark = {
  name: 'decode',
  question: 'How long does a JPEG take to become pixels?',
  run: (setting) => withScratchFolder((folder) => measure(setting, folder)),
};

async function measure(setting: Setting, folder: string): Promise<Report> {
  const hasSharp = setting.rivalsMissing === undefined;
  const sharpContenders = hasSharp ? await loadSharpContenders() : [];
  const contenders = [jpegJs, ...petalContenders, ...sharpContenders];
  const rows = await collectPhotos(setting, hasSharp);
  const wrongAnswers = hasSharp ? await compareWithSharp(rows) : [];
  const warm = await timeInTurns(contenders, rows);
  const costPerPixel = await measureCostPerPixel(rows);
  const first = await timeFirsts(contenders, rows, folder);
  const results = rows.map((row, i): Result => {
    const firstOfRow = first.get(row.key);
    return firstOfRow === undefined
      ? { row, warm: warm[i] }
      : { row, warm: warm[i], first: firstOfRow };
  });
  return report(results, wrongAnswers, costPerPixel, setting);
}

const megapixels = ({ width, height }: { width: number; height: number }): number =>
  (width * height) / 1e6;

async function collectPhotos({ photos }: Setting, canMake: boolean): Promise<Row[]> {
  const [{ width, height }] = photos;
  const rows: Row[] = [{ key: 'small', name: `${width} x ${height}`, photos, cold: true }];
  const add = (key: string, what: string, photo: Photo, cold = false): void => {
    const name = `${number(megapixels(photo))} MP ${what}`;
    rows.push({ key, name, photos: [photo], cold });
  };
  if (canMake) {
    const make = async (width: number, height: number, progressive = false): Promise<Photo> => {
      const bytes = await makePhonePhoto(photos[0].bytes, { width, height, progressive });
      return { name: 'enlarged', bytes, width, height };
    };
    add('2 MP', '4:2:0', await make(1632, 1224));
    add('12 MP', '4:2:0', await make(4000, 3000), true);
    add('12 MP progressive', '4:2:0 progressive', await make(4000, 3000, true), true);
    add('48 MP', '4:2:0', await make(8000, 6000));
  }
  for (const photo of await readCameraPhotos()) {
    add(photo.name, `${samplingOf(photo)}, a camera's`, photo);
  }
  return rows;
}

/** As photographers write it: 4:a:b for chroma in 4 columns of 2 rows. */
function samplingOf({ bytes }: Photo): string {
  const { components } = readJpegHeader(bytes);
  if (components.length !== 3) return `${components.length} components`;
  const [{ horizontal, vertical }] = components;
  if (vertical === 1) return `4:${4 / horizontal}:${4 / horizontal}`;
  return horizontal === 1 ? '4:4:0' : `4:${4 / horizontal}:0`;
}

/**
 * A fast wrong picture is worth nothing.
 *
 * @returns what differs, a sentence each
 */
async function compareWithSharp(rows: readonly Row[]): Promise<string[]> {
  const sharp = await loadSharp();
  const wrong: string[] = [];
  for (const { name, photos } of rows) {
    for (const { bytes } of photos) {
      const picture = new Picture();
      const { truncated } = jpegCodec.open(bytes).decode(picture, unlimitedWork);
      const { pixels } = picture.image;
      const theirs = await sharp(bytes).raw().toBuffer();
      if (truncated || theirs.length !== pixels.length) {
        wrong.push(`${name}: the picture is cut short, or not of sharp's size.`);
        continue;
      }
      let sum = 0;
      for (let i = 0; i < pixels.length; i++) sum += Math.abs(pixels[i] - theirs[i]);
      const mean = sum / pixels.length;
      if (mean > tolerance) {
        wrong.push(`${name}: channels are ${mean.toFixed(2)} levels from sharp's in the mean.`);
      }
    }
  }
  return wrong;
}

/**
 * Milliseconds a pixel at 48 megapixels to those at 12, in turns of their own, so that what the machine
 * does meanwhile is the same for both.
 *
 * @returns undefined where these were not made
 */
async function measureCostPerPixel(rows: readonly Row[]): Promise<number | undefined> {
  const photos = ['12 MP', '48 MP'].flatMap(
    (key) => rows.find((row) => row.key === key)?.photos ?? [],
  );
  if (photos.length < 2) return undefined;
  const times = photos.map((): number[] => []);
  for (let round = 0; round < costRounds; round++) {
    for (const [i, photo] of photos.entries()) {
      const start = performance.now();
      await petalToInput.decode(photo.bytes, photo);
      times[i].push((performance.now() - start) / megapixels(photo));
    }
  }
  const [cost12, cost48] = times.map((values) => summarize(values).median);
  return cost48 / cost12;
}

/** As many as give a steady median, and as few as end soon. */
function roundsFor({ photos: [photo] }: Row): { warmUp: number; timed: number } {
  if (megapixels(photo) < 1) return { warmUp: 20, timed: 60 };
  if (megapixels(photo) < 5) return { warmUp: 4, timed: 15 };
  return { warmUp: 2, timed: megapixels(photo) < 20 ? 11 : 7 };
}

/** Rounds of everyone on the same photo, so that what disturbs the machine disturbs all alike. */
async function timeInTurns(
  contenders: readonly DecodeContender[],
  rows: readonly Row[],
): Promise<Times[]> {
  const total = rows.map(roundsFor).reduce((sum, { warmUp, timed }) => sum + warmUp + timed, 0);
  const progress = startProgress(total, 'rounds');
  const results: Times[] = [];
  for (const row of rows) {
    const { warmUp, timed } = roundsFor(row);
    const times = contenders.map((): number[] => []);
    for (let round = 0; round < warmUp + timed; round++) {
      const photo = row.photos[round % row.photos.length];
      for (let turn = 0; turn < contenders.length; turn++) {
        // Whoever comes first in one round comes last in the next.
        const i = (turn + round) % contenders.length;
        const start = performance.now();
        await contenders[i].decode(photo.bytes, photo);
        if (round >= warmUp) times[i].push(performance.now() - start);
      }
      progress.increment();
    }
    results.push(byContender(contenders, times));
  }
  progress.stop();
  return results;
}

/** The first decoding of a fresh process, for rows that ask for it, by their keys. */
async function timeFirsts(
  contenders: readonly DecodeContender[],
  rows: readonly Row[],
  folder: string,
): Promise<Map<string, Times>> {
  const coldRows = rows.filter(({ cold }) => cold);
  const results = new Map<string, Times>();
  const path = join(folder, 'photo.jpg');
  const progress = startProgress(coldRows.length * processes, 'rounds of fresh processes');
  for (const { key, photos } of coldRows) {
    await writeFile(path, photos[0].bytes);
    const times = contenders.map((): number[] => []);
    for (let round = 0; round < processes; round++) {
      for (const [i, contender] of contenders.entries()) {
        times[i].push(await runScript<number>('first-decode-process.ts', [contender.key, path]));
      }
      progress.increment();
    }
    results.set(key, byContender(contenders, times));
  }
  progress.stop();
  return results;
}

function byContender(
  contenders: readonly DecodeContender[],
  times: readonly (readonly number[])[],
): Times {
  return Object.fromEntries(contenders.map(({ key }, i) => [key, summarize(times[i])]));
}

/** @returns how many times as long the first takes; undefined where one is missing */
function ratioOf(times: Times, key: ContenderKey, toKey: ContenderKey): number | undefined {
  const [time, other] = [times[key], times[toKey]];
  return time === undefined || other === undefined ? undefined : time.median / other.median;
}

function ratiosOf(times: Times) {
  return {
    jpegJsToPetalFull: ratioOf(times, 'jpegJs', 'petalFull'),
    jpegJsToPetalInput: ratioOf(times, 'jpegJs', 'petalToInput'),
    petalInputToSharp: ratioOf(times, 'petalToInput', 'sharpToInput'),
  };
}

const keys = Object.keys(contenderNames) as ContenderKey[];

function tableOf(
  title: string,
  rows: readonly { readonly row: Row; readonly times: Times }[],
): Table {
  const times = (ratio: number | undefined): string =>
    ratio === undefined ? missing : `${number(ratio)}x`;
  return {
    title,
    columns: [
      'photo',
      'MB',
      ...keys.map((key) => contenderNames[key]),
      'scale',
      'jpeg-js / Petal 1/1',
      `jpeg-js / ${contenderNames.petalToInput}`,
      `${contenderNames.petalToInput} / ${contenderNames.sharpToInput}`,
    ],
    rows: rows.map(({ row, times: measured }) => {
      const ratios = ratiosOf(measured);
      const bytes = row.photos.reduce((sum, photo) => sum + photo.bytes.length, 0);
      return [
        row.name,
        number(bytes / row.photos.length / 1e6),
        ...keys.map((key) => {
          const time = measured[key];
          return time === undefined ? missing : number(time.median);
        }),
        `1/${denominatorFor(row.photos[0])}`,
        times(ratios.jpegJsToPetalFull),
        times(ratios.jpegJsToPetalInput),
        times(ratios.petalInputToSharp),
      ];
    }),
  };
}

function report(
  results: readonly Result[],
  wrongAnswers: readonly string[],
  costPerPixel: number | undefined,
  { rivalsMissing }: Setting,
): Report {
  const firsts = results.flatMap(({ row, first }) =>
    first === undefined ? [] : [{ row, times: first }],
  );
  const notes = [
    `Medians. "to 224": Petal decodes at a scale, crops and resamples; sharp shrinks on load, crops and resizes. jpeg-js and "1/1" end with all pixels. One thread each; contenders take turns on the same photo.`,
    `First decodings: medians of ${processes} fresh processes each, code loaded, nothing compiled; Node.js's own start isn't counted.`,
    'Photos of 2, 12 and 48 megapixels are the first photo enlarged, under film grain, with the same number of bytes a pixel.',
  ];
  if (!results.some(({ row }) => row.name.includes('camera'))) {
    notes.push(
      "Cameras' own photos, 4:2:2 among them, were not measured: they don't lie beside the project, and sharp can't write 4:2:2.",
    );
  }
  if (rivalsMissing !== undefined) {
    notes.push(
      `Large photos were not measured, since sharp makes them, and it is missing: ${rivalsMissing}.`,
    );
  }
  return {
    tables: [
      tableOf(
        'From JPEG to pixels in a warm process, in milliseconds',
        results.map(({ row, warm }) => ({ row, times: warm })),
      ),
      tableOf('The first decoding of a fresh process, in milliseconds', firsts),
    ],
    notes: [...notes, ...targetNotes(results, costPerPixel)],
    wrongAnswers,
    measurements: {
      photos: results.map(({ row: { photos, ...row }, warm, first }) => ({
        ...row,
        megapixels: megapixels(photos[0]),
        bytes: photos.map(({ bytes }) => bytes.length),
        denominator: denominatorFor(photos[0]),
        warm,
        first,
        ratios: ratiosOf(warm),
      })),
      costPerPixel,
      targets,
    },
  };
}

function targetNotes(results: readonly Result[], costPerPixel: number | undefined): string[] {
  const notes: string[] = [];
  const note = (
    what: string,
    measured: number | undefined,
    target: number,
    bound: 'at most' | 'at least',
  ): void => {
    if (measured !== undefined) notes.push(targetNote(what, measured, target, 'x', bound));
  };
  for (const { row, warm } of results) {
    const ratios = ratiosOf(warm);
    const { jpegJsToPetalFull, jpegJsToPetalInput, petalInputToSharp } = ratios;
    if (row.key === 'small') {
      const target = targets.fasterThanJpegJsAtFullSize;
      note(`${row.name}, jpeg-js to Petal at full size,`, jpegJsToPetalFull, target, 'at least');
    } else if (Math.round(megapixels(row.photos[0])) === 12) {
      const toInput = `${row.name}, to the network's input,`;
      note(`${toInput} jpeg-js to Petal`, jpegJsToPetalInput, targets.fasterThanJpegJs, 'at least');
      note(`${toInput} Petal to sharp`, petalInputToSharp, targets.slowerThanSharp, 'at most');
    }
  }
  note('a pixel at 48 MP to one at 12 MP,', costPerPixel, targets.costPerPixel, 'at most');
  return notes;
}
