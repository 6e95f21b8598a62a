import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgress } from '../src/cli/progress.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { runScript } from './child-process.ts';
import { type FormatContender, formatContenders } from './format-contenders.ts';
import { makePhonePhoto } from './phone-photo.ts';
import { canMeasurePeaks } from './resident-memory.ts';
import { loadSharp, type SharpImage } from './rivals.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { type Summary, summarize } from './statistics.ts';
import { missing, number, type Table } from './table.ts';

/** A way of storing a photo, and who else reads it in JavaScript or WebAssembly. */
interface Format {
  readonly name: string;
  readonly rival: FormatContender;
  store(photo: SharpImage): SharpImage;
}

const formats: readonly Format[] = [
  { name: 'PNG', rival: 'fast-png', store: (photo) => photo.png() },
  { name: 'PNG, palette', rival: 'fast-png', store: (photo) => photo.png({ palette: true }) },
  {
    name: 'WebP',
    rival: '@jsquash/webp',
    store: (photo) => photo.webp({ quality: 80, lossless: false }),
  },
  {
    name: 'WebP, lossless',
    rival: '@jsquash/webp',
    store: (photo) => photo.webp({ quality: 80, lossless: true }),
  },
  { name: 'GIF', rival: 'omggif', store: (photo) => photo.gif() },
];

const sizes = [
  { name: '2 MP', width: 1632, height: 1224, warmUp: 3, timed: 11 },
  { name: '12 MP', width: 4000, height: 3000, warmUp: 1, timed: 5 },
] as const;

interface Result {
  readonly name: string;
  readonly bytes: number;
  readonly rival: FormatContender;
  /** Milliseconds. */
  readonly times: Partial<Record<FormatContender, Summary>>;
  /** The most memory above what there was before, in bytes. */
  readonly peaks: Partial<Record<FormatContender, number>>;
}

/** Formats other than JPEG, from the file to what the network needs, against libraries and native code. */
export const formatsBenchmark: Benchmark = {
  name: 'formats',
  question: 'How long do PNG, WebP and GIF take to become pixels, and how much memory?',
  run: (setting) => withScratchFolder((folder) => measure(setting, folder)),
};

async function measure({ photos, rivalsMissing }: Setting, folder: string): Promise<Report> {
  if (rivalsMissing !== undefined) {
    const note = `Nothing was measured, since sharp makes the photos, and it is missing: ${rivalsMissing}.`;
    return { tables: [], notes: [note], wrongAnswers: [], measurements: {} };
  }
  const results: Result[] = [];
  const rounds = sizes.reduce((sum, { warmUp, timed }) => sum + warmUp + timed + 1, 0);
  const progress = startProgress(rounds * formats.length, 'rounds');
  const sharp = await loadSharp();
  for (const size of sizes) {
    const phone = await makePhonePhoto(photos[0].bytes, { ...size, progressive: false });
    for (const { name, rival, store } of formats) {
      const bytes = new Uint8Array(await store(sharp(phone)).toBuffer());
      const names: FormatContender[] = ['Petal', rival, 'sharp'];
      results.push({
        name: `${size.name} ${name}`,
        bytes: bytes.length,
        rival,
        times: await timeInTurns(names, bytes, size, () => progress.increment()),
        peaks: canMeasurePeaks ? await measurePeaks(names, bytes, folder) : {},
      });
      progress.increment();
    }
  }
  progress.stop();
  return {
    tables: [timeTable(results), memoryTable(results)],
    notes: [
      "Medians of a warm process, in turns. Petal ends with the network's input and sharp with 224 x 224 pixels; the others with all pixels. One thread each.",
      'Memory: most resident above what there was before, each in a fresh process, the file not included.',
      'The photos are an enlarged one under film grain, which PNG, GIF and lossless WebP take hard.',
    ],
    wrongAnswers: [],
    measurements: { results },
  };
}

async function timeInTurns(
  names: readonly FormatContender[],
  bytes: Uint8Array,
  { warmUp, timed }: { warmUp: number; timed: number },
  onRound: () => void,
): Promise<Partial<Record<FormatContender, Summary>>> {
  const decoders = await Promise.all(names.map((name) => formatContenders[name]()));
  const times = names.map((): number[] => []);
  for (let round = 0; round < warmUp + timed; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      // Whoever comes first in one round comes last in the next.
      const i = (turn + round) % names.length;
      const start = performance.now();
      await decoders[i](bytes);
      if (round >= warmUp) times[i].push(performance.now() - start);
    }
    onRound();
  }
  return Object.fromEntries(names.map((name, i) => [name, summarize(times[i])]));
}

async function measurePeaks(
  names: readonly FormatContender[],
  bytes: Uint8Array,
  folder: string,
): Promise<Partial<Record<FormatContender, number>>> {
  const path = join(folder, 'photo');
  await writeFile(path, bytes);
  const peaks: Partial<Record<FormatContender, number>> = {};
  for (const name of names) {
    peaks[name] = await runScript<number>('decode-process.ts', [name, path], ['--expose-gc']);
  }
  return peaks;
}

function timeTable(results: readonly Result[]): Table {
  return {
    title: 'From a file to pixels in a warm process, in milliseconds',
    columns: ['photo', 'MB', 'Petal', 'rival', '', 'sharp', 'rival / Petal', 'Petal / sharp'],
    rows: results.map(({ name, bytes, rival, times }) => [
      name,
      number(bytes / 1e6),
      ...inTurn(rival, (each) => format(times[each]?.median)),
      ratio(times[rival]?.median, times.Petal?.median),
      ratio(times.Petal?.median, times.sharp?.median),
    ]),
  };
}

function memoryTable(results: readonly Result[]): Table {
  return {
    title: 'Most memory of decoding one file, in MB',
    columns: ['photo', 'Petal', 'rival', '', 'sharp', 'rival / Petal'],
    rows: results.map(({ name, rival, peaks }) => [
      name,
      ...inTurn(rival, (each) => format((peaks[each] ?? Number.NaN) / 1e6)),
      ratio(peaks[rival], peaks.Petal),
    ]),
  };
}

/** Petal's cell, the rival's with its name, and sharp's. */
function inTurn(rival: FormatContender, cell: (name: FormatContender) => string): string[] {
  return [cell('Petal'), rival, cell(rival), cell('sharp')];
}

function format(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? missing : number(value);
}

function ratio(value: number | undefined, to: number | undefined): string {
  return value === undefined || to === undefined ? missing : `${number(value / to)}x`;
}
