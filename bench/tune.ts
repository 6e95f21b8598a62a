import { startProgress } from '../src/cli/progress.ts';
import { recipe } from '../src/fine-tuning/recipe.ts';
import { tunedBlocks } from '../src/fine-tuning/tuned-blocks.ts';
import { openArtifact } from '../src/mobilenet/artifact.ts';
import { installWasmBackend } from '../src/mobilenet/backend.ts';
import { readAssets } from '../src/runtime/node.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { type Summary, summarize } from './statistics.ts';
import { number, type Table } from './table.ts';
import { makeTuningContenders, type TuningContender } from './tuning-contenders.ts';

const depths = ['last', 'blocks=3'] as const;
const warmUpRounds = 1;
const timedRounds = 7;

/** A step of each contender at one depth. */
interface Result {
  readonly depth: string;
  readonly times: Readonly<Record<TuningContender, Summary>>;
}

/** How long a step of fine-tuning takes, against other ways of working gradients out in JavaScript. */
export const tune: Benchmark = {
  name: 'tune',
  question: 'How long does a step of fine-tuning take?',
  async run({ artifactPath }: Setting): Promise<Report> {
    const assets = await readAssets(artifactPath);
    const artifact = openArtifact(assets.artifact);
    const backend = installWasmBackend(assets.wasm);
    const results: Result[] = [];
    try {
      for (const depth of depths) {
        const blocks = tunedBlocks(artifact.blocks, depth);
        const contenders = makeTuningContenders({ blocks, weightsOf: artifact.weightsOf });
        results.push({ depth, times: timeInTurns(contenders) });
      }
      return report(results, backend.heapBytes());
    } finally {
      backend.remove();
    }
  },
};

/** Rounds of everyone, so that what disturbs the machine disturbs all alike. */
function timeInTurns(
  contenders: Readonly<Record<TuningContender, () => void>>,
): Record<TuningContender, Summary> {
  const entries = Object.entries(contenders) as [TuningContender, () => void][];
  const timesMs = entries.map((): number[] => []);
  const progress = startProgress(warmUpRounds + timedRounds, 'rounds');
  for (let round = 0; round < warmUpRounds + timedRounds; round++) {
    for (const [i, [, step]] of entries.entries()) {
      const start = performance.now();
      step();
      if (round >= warmUpRounds) timesMs[i].push(performance.now() - start);
    }
    progress.increment();
  }
  progress.stop();
  const summaries = entries.map(([name], i) => [name, summarize(timesMs[i])] as const);
  return Object.fromEntries(summaries) as Record<TuningContender, Summary>;
}

function report(results: readonly Result[], heapBytes: number): Report {
  const table: Table = {
    title: `A step on ${recipe.batchSize} photos, in milliseconds`,
    columns: ['tuned', 'Petal', "tfjs's autograd", '', 'typed arrays', ''],
    rows: results.map(({ depth, times }) => {
      const petal = times.Petal.median;
      return [
        depth,
        number(petal),
        number(times.autograd.median),
        `${number(times.autograd.median / petal)}x`,
        number(times.loops.median),
        `${number(times.loops.median / petal)}x`,
      ];
    }),
  };
  return {
    tables: [table],
    notes: [
      `Medians of ${timedRounds} rounds, contenders taking turns, one thread each.`,
      'All have the WASM backend but the typed arrays, of which only the matrix products are timed: loops in the order of memory.',
      'Autograd has a depthwise convolution as nine products of shifted activations, as the backend lacks the kernels of its gradients.',
      `The WASM memory grew to ${number(heapBytes / 2 ** 20)} MiB, autograd's tensors included.`,
    ],
    wrongAnswers: [],
    measurements: Object.fromEntries(results.map(({ depth, times }) => [depth, times])),
  };
}
