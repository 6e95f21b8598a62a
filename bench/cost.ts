import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { startProgress } from '../src/cli/progress.ts';
import { openArtifact } from '../src/mobilenet/artifact.ts';
import { readAssets } from '../src/runtime/node.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { canMeasureCpu } from './child-cpu.ts';
import { type ExtremesReport, measureExtremes } from './cost-extremes.ts';
import { CountedWorker, Pair } from './cost-process.ts';
import { type CostRequest, makeCostRequests } from './cost-requests.ts';
import {
  billTable,
  type RequestCost,
  requestTable,
  type StartUpCost,
  startUpTable,
} from './cost-tables.ts';
import { loadNativeClassifier, type NativeClassifier } from './native-classifier.ts';
import { writeOnnxModel } from './onnx-model.ts';
import { formatPhotos } from './photos.ts';
import { freePlanCpuMs, startUpCpuMs } from './prices.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { summarize } from './statistics.ts';
import { number } from './table.ts';

/** Enough for the just-in-time compiler to have settled. */
const warmUpRounds = 3;
const timedRounds = 9;
/** Fresh processes for each kind of request, to see what the first one takes. */
const freshRounds = 3;
const idleSeconds = 2;

/** Milliseconds of CPU of a request of one kind, a number for each round. */
interface Readings {
  readonly whole: number[];
  readonly plain: number[];
  readonly rival: number[];
  /** Of the first request in a fresh process, without a plain Worker's. */
  readonly first: number[];
}

/** What a request costs. */
export const cost: Benchmark = {
  name: 'cost',
  question:
    'How much CPU time does a request take, what does Cloudflare ask for it, and what is the most that anybody can make it take?',
  run: (setting) => withScratchFolder((folder) => measure(setting, folder)),
};

async function measure(setting: Setting, folder: string): Promise<Report> {
  if (!canMeasureCpu) {
    const notes = ['Not measured: only Linux tells the CPU time of another process.'];
    return { tables: [], notes, wrongAnswers: [], measurements: {} };
  }
  const { bundle, photos, rivalsMissing } = setting;
  const [{ bytes, width, height }] = photos;
  const kinds = await makeCostRequests(bytes, `${width} x ${height}`);
  const rival = rivalsMissing === undefined ? await loadRival(setting.artifactPath) : undefined;
  // A Worker's modules are compiled even where nobody imports them: this one has a folder of its own.
  await copyFile(join(import.meta.dirname, 'plain-worker.js'), join(folder, 'worker.js'));

  const warm = await measureWarm(await Pair.start(bundle, folder), kinds, bytes, rival);
  const startUp = await measureFresh(() => Pair.start(bundle, folder), kinds, warm);
  const extremes = await measureExpensive(bundle, bytes);
  const rows = kinds.map((kind, i) => ({
    name: kind.name,
    ...summarizeReadings(warm.readings[i]),
  }));
  const notes = [
    formatPhotos([photos[0]]),
    `CPU time of workerd's whole process, all threads, user and system, from Linux's accounting (/proc), of warm requests one at a time: medians of ${timedRounds} rounds, kinds and contenders taking turns. While nobody asks, the process takes ${number(warm.idleMsPerSecond)} ms a second, which is subtracted.`,
    'Photos are new, so that no kept result answers. "plain Worker": one in the same Miniflare that does nothing but read the same body, ask the same of the cache, the rate limiter and the log (which Miniflare works on in the same process, and Cloudflare elsewhere), and answer as many bytes. "Petal" is the rest, and what is counted below.',
    `"first": the first request in a fresh process, less a plain Worker's: medians of ${freshRounds}. It holds code that is compiled for the first time. "in ${freePlanCpuMs} ms": whether the free plan's limit is kept.`,
    `The start has a limit of its own on Cloudflare: ${startUpCpuMs} ms of CPU at module scope.`,
    rivalsMissing === undefined
      ? 'The rival: sharp + onnxruntime-node, CPU time of its process, without HTTP.'
      : `The rival is missing: ${rivalsMissing}.`,
    "Cloudflare's machines differ from this one; its logs say how much CPU time each request took.",
    ...extremes.notes,
  ];
  return {
    tables: [requestTable(rows), billTable(rows), startUpTable(startUp), ...extremes.tables],
    notes,
    wrongAnswers: [],
    measurements: {
      requests: rows,
      startUp,
      idleMsPerSecond: warm.idleMsPerSecond,
      extremes: extremes.measurements,
    },
  };
}

async function measureExpensive(bundle: string, scene: Uint8Array): Promise<ExtremesReport> {
  const worker = await CountedWorker.start(bundle);
  try {
    return await measureExtremes(scene, worker);
  } finally {
    await worker.stop();
  }
}

async function loadRival(artifactPath: string): Promise<NativeClassifier> {
  const artifact = openArtifact((await readAssets(artifactPath)).artifact);
  return await loadNativeClassifier(await writeOnnxModel(artifact), artifact.metadata.inputSize);
}

interface Warm {
  readonly readings: readonly Readings[];
  readonly answerBytes: readonly number[];
  readonly idleMsPerSecond: number;
}

async function measureWarm(
  pair: Pair,
  kinds: readonly CostRequest[],
  scene: Uint8Array,
  rival: NativeClassifier | undefined,
): Promise<Warm> {
  const readings = kinds.map((): Readings => ({ whole: [], plain: [], rival: [], first: [] }));
  const answerBytes: number[] = [];
  const progress = startProgress(warmUpRounds + timedRounds, 'rounds');
  try {
    await pair.keepKnown(scene);
    for (const kind of kinds) answerBytes.push(await pair.answerBytes(kind));
    const idleMsPerSecond = await pair.petal.measureIdle(idleSeconds);
    await pair.plain.measureIdle(idleSeconds);
    for (let round = -warmUpRounds; round < timedRounds; round++) {
      for (let turn = 0; turn < kinds.length; turn++) {
        const i = (turn + round + warmUpRounds) % kinds.length;
        const kind = kinds[i];
        const { whole, plain } = await pair.measure(kind, kind.perTurn, answerBytes[i]);
        const native = rival && kind.photo && (await measureRival(rival, kind.photo, kind.perTurn));
        if (round < 0) continue;
        readings[i].whole.push(whole);
        readings[i].plain.push(plain);
        if (native !== undefined) readings[i].rival.push(native);
      }
      progress.increment();
    }
    return { readings, answerBytes, idleMsPerSecond };
  } finally {
    progress.stop();
    await pair.stop();
  }
}

async function measureRival(
  rival: NativeClassifier,
  photo: Uint8Array,
  count: number,
): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) await rival.classify(photo);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / count;
}

/** Each kind of request as the first one of an isolate; and how that starts. */
async function measureFresh(
  start: () => Promise<Pair>,
  kinds: readonly CostRequest[],
  { readings, answerBytes }: Warm,
): Promise<StartUpCost> {
  const petal: number[] = [];
  const plain: number[] = [];
  const progress = startProgress(freshRounds * kinds.length, 'fresh processes');
  try {
    for (let round = 0; round < freshRounds; round++) {
      for (const [i, kind] of kinds.entries()) {
        const pair = await start();
        try {
          petal.push(pair.petal.startUpMs);
          plain.push(pair.plain.startUpMs);
          if (kind.isRepeated === undefined) {
            const first = await pair.measure(kind, 1, answerBytes[i]);
            readings[i].first.push(first.whole - first.plain);
          }
        } finally {
          await pair.stop();
        }
        progress.increment();
      }
    }
  } finally {
    progress.stop();
  }
  return {
    petal: summarize(petal),
    plain: summarize(plain),
    own: summarize(petal.map((cpuMs, i) => cpuMs - plain[i])),
  };
}

function summarizeReadings({ whole, plain, rival, first }: Readings): Omit<RequestCost, 'name'> {
  const own = whole.map((cpuMs, i) => cpuMs - plain[i]);
  return {
    whole: summarize(whole),
    plain: summarize(plain),
    own: summarize(own),
    ...(first.length === 0 ? {} : { first: summarize(first) }),
    ...(rival.length === 0
      ? {}
      : { rival: summarize(rival), ratio: summarize(own.map((cpuMs, i) => cpuMs / rival[i])) }),
  };
}
