import classNames from '../model/classes.json' with { type: 'json' };
import { startProgress } from '../src/cli/progress.ts';
import { decodePhoto, openPhoto } from '../src/image/decode-image.ts';
import { NetworkInput } from '../src/image/preprocess.ts';
import { openArtifact } from '../src/mobilenet/artifact.ts';
import { type LoadedNetwork, loadNetwork } from '../src/mobilenet/network.ts';
import { backgroundOutputs } from '../src/mobilenet/top-k.ts';
import { type Stage, stages } from '../src/pipeline/analyse-image.ts';
import { backboneModel } from '../src/pipeline/answering-model.ts';
import { classifyImage } from '../src/pipeline/classify-image.ts';
import { readAssets } from '../src/runtime/node.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { loadNativeClassifier, type NativeClassifier } from './native-classifier.ts';
import { writeOnnxModel } from './onnx-model.ts';
import { formatPhotos, type Photo } from './photos.ts';
import { byteScaling, toPlanes } from './planes.ts';
import { type Summary, summarize } from './statistics.ts';
import { missing, number, type Table } from './table.ts';
import { postPhoto, withoutCache } from './worker-client.ts';

const warmUpRounds = 20;
const minTimedRounds = 100;

/** Times slower than the rival that the project allows itself. */
const targetRatio = 6;

/**
 * How far apart probabilities may be, by what differs between two answers. Where the
 * class is in doubt, small differences of the pixels show; a wrong crop, colour or
 * weight shows far more.
 */
const tolerances = {
  /** The same engine in another process. */
  process: 1e-4,
  /** The same input; the rival calculates in float32, Petal in int8. */
  engine: 0.1,
  /** The JPEG decoder and rounding too. */
  decoder: 0.15,
  /** The resampling too: sharp's averages. */
  resampling: 0.25,
} as const;

/** As on the command line: a person's own machine has the memory. */
const limits = { maxPixels: 1e9, maxDecodeBytes: 2e9 };

/** One classification by one contender. */
interface Answer {
  /** Class index and probability of the most probable class. */
  readonly index: number;
  readonly probability: number;
  readonly durationsMs: Record<Stage, number>;
}

interface Contender {
  readonly name: string;
  classify(photo: Photo): Promise<Answer>;
}

/** What was measured of one contender, in milliseconds. */
interface Timing {
  readonly stages: Record<Stage, Summary>;
  readonly stageSum: Summary;
  /** From handing over the bytes to having the answer; over HTTP for the Worker. */
  readonly photo: Summary;
}

/** Warm latency of one photo, against native code on the same photo in the same run. */
export const classify: Benchmark = {
  name: 'classify',
  question: 'How long does a warm process take for a photo, and for each stage?',
  async run(setting: Setting): Promise<Report> {
    const worker = await startPetal({ bundle: setting.bundle, bindings: withoutCache });
    try {
      const artifact = await readAssets(setting.artifactPath);
      const network = loadNetwork(artifact);
      const rival =
        setting.rivalsMissing === undefined
          ? await loadRival(artifact.artifact, network.inputSize)
          : undefined;
      const contenders = [inWorkerd(worker.url), inNode(network)];
      if (rival !== undefined) contenders.push(native(rival));
      const wrongAnswers: string[] = [];
      for (const photo of setting.photos) {
        wrongAnswers.push(...(await compareAnswers(photo, contenders, network, rival)));
      }
      const timings = await timeInTurns(contenders, setting.photos);
      return report(timings, wrongAnswers, setting);
    } finally {
      await worker.dispose();
    }
  },
};

async function loadRival(buffer: ArrayBuffer, inputSize: number): Promise<NativeClassifier> {
  return loadNativeClassifier(await writeOnnxModel(openArtifact(buffer)), inputSize);
}

const workerdName = 'Petal in workerd, over HTTP';
const nodeName = 'Petal in Node.js';
const rivalName = 'sharp + onnxruntime-node';

function inWorkerd(url: URL): Contender {
  return {
    name: workerdName,
    async classify({ bytes }) {
      const { answer, durationsMs } = await postPhoto(url, bytes);
      const [{ index, probability }] = answer.predictions;
      return { index, probability, durationsMs };
    },
  };
}

function inNode(network: LoadedNetwork): Contender {
  const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));
  const model = backboneModel(network, classes);
  const parts = { network, limits, now: () => performance.now() };
  return {
    name: nodeName,
    async classify({ bytes }) {
      const { predictions, durationsMs } = classifyImage(parts, bytes, model, {
        topK: 5,
        fit: 'crop',
      });
      const [{ index, probability }] = predictions;
      return { index, probability, durationsMs };
    },
  };
}

function native(rival: NativeClassifier): Contender {
  return {
    name: rivalName,
    async classify({ bytes }) {
      const { probabilities, durationsMs } = await rival.classify(bytes);
      const predicted = probabilities.subarray(backgroundOutputs);
      const probability = predicted.reduce((most, value) => Math.max(most, value), 0);
      return { index: predicted.indexOf(probability), probability, durationsMs };
    },
  };
}

/**
 * A fast wrong answer is worth nothing: all must see the same in a photo.
 *
 * @returns what differs, a sentence each
 */
async function compareAnswers(
  photo: Photo,
  [worker, node]: readonly Contender[],
  network: LoadedNetwork,
  rival: NativeClassifier | undefined,
): Promise<string[]> {
  const wrong: string[] = [];
  const expect = (what: string, actual: number, expected: number, tolerance: number): void => {
    if (Math.abs(actual - expected) < tolerance) return;
    wrong.push(
      `${photo.name}: ${what} should be within ${tolerance} of ${expected} but is ${actual}.`,
    );
  };
  const { index, probability } = await worker.classify(photo);
  const inProcess = await node.classify(photo);
  if (inProcess.index !== index) {
    wrong.push(`${photo.name}: class ${index} in workerd is ${inProcess.index} in Node.js.`);
  }
  expect('probability in Node.js', inProcess.probability, probability, tolerances.process);
  if (rival === undefined) return wrong;

  const opened = openPhoto(photo.bytes);
  const target = new NetworkInput(opened.stored, network.inputSize, 'crop');
  decodePhoto(opened, target, limits);
  const input = target.values;
  const ours = network.infer(input).probabilities;
  const onInput = await rival.infer(toPlanes(input, byteScaling));
  const difference = Math.max(...ours.map((value, i) => Math.abs(value - onInput[i])));
  expect("ONNX Runtime's largest difference", difference, 0, tolerances.engine);
  const output = index + backgroundOutputs;
  const alike = await rival.classifyAlike(photo.bytes);
  expect("the rival's probability", alike[output], probability, tolerances.decoder);
  const { probabilities } = await rival.classify(photo.bytes);
  expect("the fast rival's probability", probabilities[output], probability, tolerances.resampling);
  return wrong;
}

/** Rounds of everyone on the same photo, so that what disturbs the machine disturbs all alike. */
async function timeInTurns(
  contenders: readonly Contender[],
  photos: readonly Photo[],
): Promise<Map<string, Timing>> {
  // Every photo is seen equally often.
  const timedRounds = Math.ceil(minTimedRounds / photos.length) * photos.length;
  const stageTimes = contenders.map((): Record<Stage, number>[] => []);
  const photoTimes = contenders.map((): number[] => []);
  const progress = startProgress(warmUpRounds + timedRounds, 'rounds');
  for (let round = -warmUpRounds; round < timedRounds; round++) {
    const photo = photos[(round + warmUpRounds) % photos.length];
    for (let turn = 0; turn < contenders.length; turn++) {
      // Whoever comes first in one round comes last in the next.
      const i = (turn + round + warmUpRounds) % contenders.length;
      const start = performance.now();
      const { durationsMs } = await contenders[i].classify(photo);
      const duration = performance.now() - start;
      if (round < 0) continue;
      photoTimes[i].push(duration);
      stageTimes[i].push(durationsMs);
    }
    progress.increment();
  }
  progress.stop();
  return new Map(
    contenders.map(({ name }, i) => [name, summarizeTiming(stageTimes[i], photoTimes[i])]),
  );
}

function summarizeTiming(
  stageTimes: readonly Record<Stage, number>[],
  photoTimes: readonly number[],
): Timing {
  const of = (stage: Stage): Summary => summarize(stageTimes.map((times) => times[stage]));
  return {
    stages: { decode: of('decode'), preprocess: of('preprocess'), inference: of('inference') },
    stageSum: summarize(
      stageTimes.map((times) => stages.reduce((sum, stage) => sum + times[stage], 0)),
    ),
    photo: summarize(photoTimes),
  };
}

function report(
  timings: ReadonlyMap<string, Timing>,
  wrongAnswers: readonly string[],
  { photos, rivalsMissing }: Setting,
): Report {
  const rival = timings.get(rivalName);
  const ratio = (ours: number, theirs: number | undefined): string =>
    theirs === undefined ? missing : `${number(ours / theirs)}x`;
  const rows = [...timings].map(([name, timing]) => [
    name,
    ...stages.map((stage) => number(timing.stages[stage].trimmedMean)),
    number(timing.stageSum.trimmedMean),
    ratio(timing.stageSum.trimmedMean, rival?.stageSum.trimmedMean),
    number(timing.photo.median),
    `${number(timing.photo.p10)}-${number(timing.photo.p90)}`,
    ratio(timing.photo.median, rival?.photo.median),
  ]);
  const table: Table = {
    title: 'Warm latency of a photo in milliseconds, one thread',
    columns: [
      'contender',
      ...stages,
      'stages',
      'to rival',
      'photo (median)',
      'p10-p90',
      'to rival',
    ],
    rows,
  };
  const ours = timings.get(workerdName);
  const notes = [
    formatPhotos(photos),
    `Stages are means of the middle 80 % of ${ours?.photo.count ?? 0} rounds, contenders taking turns on the same photo; sharp decodes, crops and resizes in one go. workerd's clock ticks in whole milliseconds.`,
  ];
  if (rivalsMissing !== undefined) notes.push(`The rival is missing: ${rivalsMissing}.`);
  const ratios =
    ours === undefined || rival === undefined
      ? undefined
      : {
          stages: ours.stageSum.trimmedMean / rival.stageSum.trimmedMean,
          photo: ours.photo.median / rival.photo.median,
        };
  if (ratios !== undefined) {
    notes.push(
      targetNote(`a warm photo over HTTP, to ${rivalName},`, ratios.photo, targetRatio, 'x'),
    );
  }
  return {
    tables: [table],
    notes,
    wrongAnswers,
    measurements: { contenders: Object.fromEntries(timings), ratios, targetRatio },
  };
}
