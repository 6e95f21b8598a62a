import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgress } from '../src/cli/progress.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { canMeasureCpu } from './child-cpu.ts';
import { CountedWorker } from './cost-process.ts';
import type { NativeRun } from './native-process.ts';
import { prepareNativeRuns } from './native-run.ts';
import { formatPhotos, type Photo } from './photos.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { type Summary, summarize } from './statistics.ts';
import { missing, number, type Table } from './table.ts';
import { postPhoto, withoutCache } from './worker-client.ts';

const processes = 7;
/** Enough for the just-in-time compiler to have settled. */
const warmPhotos = 40;
/** Of these, the last so many are timed. */
const timedWarmPhotos = 20;

/** Of the first photo above a warm one, in milliseconds. */
const targetFirstOverWarmMs = 60;
/** Of CPU at module scope, in milliseconds. */
const targetModuleScopeMs = 150;

/** One fresh process, in milliseconds. */
interface FreshProcess {
  /** Until it can take a photo. */
  readonly start: number;
  readonly first: number;
  /** Median of later photos. */
  readonly warm: number;
}

/** The same over all processes. */
type FreshProcesses = Record<keyof FreshProcess | 'startAndFirst' | 'firstOverWarm', Summary>;

/** What the first sender after a start waits, against native code in a fresh process. */
export const cold: Benchmark = {
  name: 'cold',
  question: 'How long does the first photo take in a fresh process?',
  run: (setting) => withScratchFolder((folder) => measure(setting, folder)),
};

async function measure(setting: Setting, folder: string): Promise<Report> {
  const { bundle, artifactPath, rivalsMissing } = setting;
  const [photo] = setting.photos;
  const rival =
    rivalsMissing === undefined ? await prepareNativeRuns(artifactPath, photo, folder) : undefined;
  await copyFile(join(import.meta.dirname, 'plain-worker.js'), join(folder, 'worker.js'));
  // What fetch loads on its first use is this client's business, not the Worker's.
  await fetch('data:,');

  const ours: FreshProcess[] = [];
  const theirs: FreshProcess[] = [];
  const moduleScopeMs: number[] = [];
  const progress = startProgress(processes, 'fresh processes');
  for (let i = 0; i < processes; i++) {
    ours.push(await freshWorker(bundle, photo));
    if (rival !== undefined) theirs.push(await freshNative(rival));
    if (canMeasureCpu) moduleScopeMs.push(await measureModuleScope(bundle, folder));
    progress.increment();
  }
  progress.stop();

  const petal = summarizeProcesses(ours);
  const moduleScope = moduleScopeMs.length === 0 ? undefined : summarize(moduleScopeMs);
  const native = theirs.length === 0 ? undefined : summarizeProcesses(theirs);
  const notes = [
    formatPhotos([photo]),
    `Medians of ${processes} fresh processes. Petal: workerd starts by way of Miniflare until it listens, then the first request, over HTTP. The rival: its script's first line until libraries and model are loaded, then the first photo, without HTTP; its Node.js runs already.`,
    targetNote(
      'the first photo, above a warm one,',
      petal.firstOverWarm.median,
      targetFirstOverWarmMs,
      ' ms',
    ),
  ];
  if (moduleScope === undefined) {
    notes.push('CPU at module scope was not measured: only Linux tells it of another process.');
  } else {
    notes.push(
      `CPU at module scope: of the whole process until it listens, less that of a Worker that does nothing; p10-p90 ${number(moduleScope.p10)}-${number(moduleScope.p90)} ms.`,
      targetNote('CPU at module scope', moduleScope.median, targetModuleScopeMs, ' ms'),
    );
  }
  if (rivalsMissing !== undefined) notes.push(`The rival is missing: ${rivalsMissing}.`);
  return {
    tables: [table(petal, native)],
    notes,
    wrongAnswers: [],
    measurements: { petal, native, moduleScope },
  };
}

/**
 * What starting Petal takes above starting a Worker that does nothing.
 *
 * @param plainBundle folder of that Worker
 * @returns milliseconds of CPU
 */
async function measureModuleScope(bundle: string, plainBundle: string): Promise<number> {
  const plain = await CountedWorker.start(plainBundle);
  await plain.stop();
  const petal = await CountedWorker.start(bundle);
  await petal.stop();
  return petal.startUpMs - plain.startUpMs;
}

/** @param run starts the rival in a fresh process */
async function freshNative(run: (photos: number) => Promise<NativeRun>): Promise<FreshProcess> {
  const { readyMs, firstMs, warmMs } = await run(1 + warmPhotos);
  return {
    start: readyMs,
    first: firstMs,
    warm: summarize(warmMs.slice(-timedWarmPhotos)).median,
  };
}

async function freshWorker(bundle: string, { bytes }: Photo): Promise<FreshProcess> {
  const start = performance.now();
  const worker = await startPetal({ bundle, bindings: withoutCache });
  try {
    const listening = performance.now();
    await postPhoto(worker.url, bytes);
    const first = performance.now() - listening;
    const warm: number[] = [];
    for (let i = 0; i < warmPhotos; i++) {
      const began = performance.now();
      await postPhoto(worker.url, bytes);
      warm.push(performance.now() - began);
    }
    return {
      start: listening - start,
      first,
      warm: summarize(warm.slice(-timedWarmPhotos)).median,
    };
  } finally {
    await worker.dispose();
  }
}

function summarizeProcesses(runs: readonly FreshProcess[]): FreshProcesses {
  const of = (measure: (run: FreshProcess) => number): Summary => summarize(runs.map(measure));
  return {
    start: of(({ start }) => start),
    first: of(({ first }) => first),
    startAndFirst: of(({ start, first }) => start + first),
    warm: of(({ warm }) => warm),
    firstOverWarm: of(({ first, warm }) => first - warm),
  };
}

const rows: readonly [keyof FreshProcesses, string][] = [
  ['start', 'start until it takes photos'],
  ['first', 'first photo'],
  ['startAndFirst', 'both'],
  ['warm', 'warm photo'],
  ['firstOverWarm', 'first photo, above warm'],
];

function table(petal: FreshProcesses, native: FreshProcesses | undefined): Table {
  return {
    title: 'A fresh process, in milliseconds',
    columns: ['', 'Petal in workerd', 'p10-p90', 'sharp + onnxruntime-node', 'ratio'],
    rows: rows.map(([key, name]) => [
      name,
      number(petal[key].median),
      `${number(petal[key].p10)}-${number(petal[key].p90)}`,
      native === undefined ? missing : number(native[key].median),
      native === undefined ? missing : `${number(petal[key].median / native[key].median)}x`,
    ]),
  };
}
