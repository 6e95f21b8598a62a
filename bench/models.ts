import { embeddingLength } from '../src/classes/head.ts';
import { type CustomModel, writeModelFile } from '../src/classes/model-file.ts';
import { startProgress } from '../src/cli/progress.ts';
import { type Artifact, openArtifact } from '../src/mobilenet/artifact.ts';
import { readAssets } from '../src/runtime/node.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { formatPhotos, type Photo } from './photos.ts';
import { type Summary, summarize } from './statistics.ts';
import { number, type Table } from './table.ts';
import { withoutCache } from './worker-client.ts';

const warmUpRounds = 20;
const minTimedRounds = 200;

/** Times slower than ImageNet's classes that a user's model may be. */
const targetRatio = 1.03;

/** Name of a model that answers, or several. */
interface Contender {
  readonly name: string;
  /** Models of each request, one request after another. */
  readonly requests: readonly string[];
}

/** How long a photo takes by users' models, against the backbone's own classes in the same run. */
export const models: Benchmark = {
  name: 'models',
  question: "What do users' models cost, against ImageNet's classes?",
  async run(setting: Setting): Promise<Report> {
    const worker = await startPetal({ bundle: setting.bundle, bindings: withoutCache });
    try {
      const { artifact: buffer } = await readAssets(setting.artifactPath);
      const artifact = openArtifact(buffer);
      const own = artifact.metadata.model;
      await publish(worker.url, 'five', modelOf(artifact, 5));
      await publish(worker.url, 'thousand', modelOf(artifact, 1000));
      await publish(worker.url, 'last', modelOf(artifact, 5, 'embedding'));
      await publish(worker.url, 'three-blocks', modelOf(artifact, 5, 'block15'));
      const contenders: Contender[] = [
        { name: "ImageNet's classes", requests: [own] },
        { name: '5 labels', requests: ['five'] },
        { name: '1000 labels', requests: ['thousand'] },
        { name: '5 labels, last layer tuned', requests: ['last'] },
        { name: '5 labels, last 3 blocks tuned', requests: ['three-blocks'] },
        { name: "5 labels and ImageNet's, one call", requests: [`five,${own}`] },
        { name: "5 labels and ImageNet's, two calls", requests: ['five', own] },
      ];
      const timings = await timeInTurns(worker.url, contenders, setting.photos);
      return report(contenders, timings, setting.photos);
    } finally {
      await worker.dispose();
    }
  },
};

/** A model with small weights, which nobody trained: answers mean nothing, and take as long. */
function modelOf(artifact: Artifact, labelCount: number, firstTunedBlock?: string): CustomModel {
  const labels = Array.from({ length: labelCount }, (_, i) => `label ${i}`);
  const weights = Float32Array.from(
    { length: labelCount * embeddingLength },
    (_, i) => Math.sin(i) / 10,
  );
  const blocks = artifact.blocks.slice(0, -1);
  const first = blocks.findIndex(({ name }) => name === firstTunedBlock);
  const { model, sha256 } = artifact.metadata;
  return {
    manifest: {
      format: 'petal-model/1',
      labels,
      backbone: { model, sha256 },
      head: { kind: 'softmax', temperature: 1 },
      ...(firstTunedBlock === undefined ? {} : { firstTunedBlock }),
      thresholds: { minTopProbability: 0, minMargin: 0 },
      training: { examples: labels.map(() => 1), seed: 1, fineTuned: 'none', views: 1 },
      createdAt: '2026-01-01T00:00:00Z',
      createdBy: 'petal benchmark',
    },
    head: { kind: 'softmax', temperature: 1, weights, biases: new Float32Array(labelCount) },
    ...(first < 0
      ? {}
      : {
          tail: { sha256: '', blocks: blocks.slice(first), weightsOf: artifact.weightsOf },
        }),
  };
}

async function publish(url: URL, name: string, model: CustomModel): Promise<void> {
  const body = writeModelFile(model);
  const response = await fetch(new URL(`/v1/models/${name}`, url), { method: 'PUT', body });
  if (!response.ok) throw new Error(`The Worker refuses the model: ${await response.text()}`);
}

async function classify(url: URL, model: string, { bytes }: Photo): Promise<void> {
  const address = new URL(`/v1/classify?model=${model}`, url);
  const response = await fetch(address, { method: 'POST', body: new Uint8Array(bytes) });
  if (!response.ok) throw new Error(`The Worker refuses the photo: ${await response.text()}`);
  await response.arrayBuffer();
}

/** Rounds of everyone on the same photo, so that what disturbs the machine disturbs all alike. */
async function timeInTurns(
  url: URL,
  contenders: readonly Contender[],
  photos: readonly Photo[],
): Promise<Summary[]> {
  const timedRounds = Math.ceil(minTimedRounds / photos.length) * photos.length;
  const timesMs = contenders.map((): number[] => []);
  const progress = startProgress(warmUpRounds + timedRounds, 'rounds');
  for (let round = 0; round < warmUpRounds + timedRounds; round++) {
    const photo = photos[round % photos.length];
    for (let turn = 0; turn < contenders.length; turn++) {
      // Whoever comes first in one round comes last in the next.
      const i = (turn + round) % contenders.length;
      const start = performance.now();
      for (const model of contenders[i].requests) await classify(url, model, photo);
      if (round >= warmUpRounds) timesMs[i].push(performance.now() - start);
    }
    progress.increment();
  }
  progress.stop();
  return timesMs.map(summarize);
}

function report(
  contenders: readonly Contender[],
  timings: readonly Summary[],
  photos: readonly Photo[],
): Report {
  const [own] = timings;
  const ratios = timings.map(({ median }) => median / own.median);
  const table: Table = {
    title: 'A photo in workerd, over HTTP, in milliseconds',
    columns: ['asked for', 'median', 'p10-p90', "to ImageNet's"],
    rows: contenders.map(({ name }, i) => {
      const { median, p10, p90 } = timings[i];
      return [name, number(median), `${number(p10)}-${number(p90)}`, `${ratios[i].toFixed(3)}x`];
    }),
  };
  return {
    tables: [table],
    notes: [
      formatPhotos(photos),
      `${own.count} rounds, contenders taking turns on the same photo; no answer is kept.`,
      ...[1, 3].map((i) =>
        targetNote(`${contenders[i].name}, to ImageNet's classes,`, ratios[i], targetRatio, 'x'),
      ),
    ],
    wrongAnswers: [],
    measurements: Object.fromEntries(
      contenders.map(({ name }, i) => [name, { ...timings[i], ratio: ratios[i] }]),
    ),
  };
}
