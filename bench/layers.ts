import { type KernelLevel, kernelLevels } from '../src/mobilenet/kernel-level.ts';
import type { PlannedActivation } from '../src/mobilenet/plan.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { runScript } from './child-process.ts';
import type { TimedCall, TimedNetwork } from './layers-process.ts';
import { missing, number, type Table } from './table.ts';

/** Where the int8 network's time goes, kernel by kernel. */
export const layers: Benchmark = {
  name: 'layers',
  question: 'Where does the time of the int8 network go, and what of the processor does it use?',
  async run({ artifactPath }: Setting): Promise<Report> {
    const networks = new Map<KernelLevel, TimedNetwork>();
    for (const level of kernelLevels) {
      const network = await runScript<TimedNetwork | null>('layers-process.ts', [
        artifactPath,
        level,
      ]);
      if (network !== null) networks.set(level, network);
    }
    const [fastest] = networks;
    if (fastest === undefined) throw new Error('No level of the kernels can be used here.');
    return {
      tables: [callTable(...fastest), kindTable(networks)],
      notes: [
        'Medians of 200 runs of the whole network in Node.js, each call timed; its clock has a resolution of a microsecond, which is a third of the shortest calls and less than a hundredth of the longest. A second has so many operations, 2 for each multiplication and its addition; the peak is what the same core does in the same process with the instruction that the level multiplies with, in registers and with nothing else to do.',
        ...[...networks].map(([level, { calls }]) => limitNote(level, calls)),
        ...[...networks].map(([level, { peakPerSecond }]) =>
          peakPerSecond === undefined
            ? `${level} has no such instruction.`
            : `Peak of ${level}: ${number(peakPerSecond / 1e9)} billion operations a second.`,
        ),
      ],
      wrongAnswers: [],
      measurements: Object.fromEntries(networks),
    };
  },
};

/** 2 for each multiplication and its addition; undefined for kernels that multiply no weights. */
export function operationsOf({
  kind,
  input,
  output,
}: Pick<TimedCall, 'kind' | 'input' | 'output'>): number | undefined {
  const outputs = output.side ** 2 * output.channels;
  if (kind === 'pointwise') return 2 * outputs * input.channels;
  if (kind === 'depthwise') return 2 * outputs * 9;
  return kind === 'stem' ? 2 * outputs * 9 * input.channels : undefined;
}

function callTable(level: KernelLevel, { calls, peakPerSecond }: TimedNetwork): Table {
  const totalMs = sumOf(calls);
  return {
    title: `Kernel calls of an inference, ${level}: ${number(totalMs)} ms together`,
    columns: ['layer', 'kind', 'shape', 'ms', 'of the time', 'Gop/s', 'of the peak'],
    rows: calls.map((call) => {
      const operations = operationsOf(call);
      const perSecond = operations === undefined ? undefined : operations / (call.ms / 1000);
      return [
        call.name,
        call.kind,
        `${shape(call.input)} -> ${shape(call.output)}`,
        call.ms.toFixed(3),
        percent(call.ms / totalMs),
        perSecond === undefined ? missing : number(perSecond / 1e9),
        perSecond === undefined || peakPerSecond === undefined
          ? missing
          : percent(perSecond / peakPerSecond),
      ];
    }),
  };
}

/** What an output of pointwise kernels costs, in nanoseconds. */
interface OutputCost {
  /** However many inputs there are: requantisation, clamping, storing. */
  readonly fixed: number;
  readonly perInput: number;
}

/** By least squares over the pointwise calls on more than one position. */
export function outputCostOf(calls: readonly Omit<TimedCall, 'name'>[]): OutputCost {
  const points = calls
    .filter(({ kind, input }) => kind === 'pointwise' && input.side > 1)
    .map(({ input, output, ms }) => ({
      inputs: input.channels,
      ns: (ms * 1e6) / (output.side ** 2 * output.channels),
    }));
  const mean = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0) / values.length;
  const inputs = mean(points.map((point) => point.inputs));
  const ns = mean(points.map((point) => point.ns));
  const perInput =
    mean(points.map((point) => (point.inputs - inputs) * (point.ns - ns))) /
    mean(points.map((point) => (point.inputs - inputs) ** 2));
  return { fixed: ns - perInput * inputs, perInput };
}

function limitNote(level: KernelLevel, calls: readonly TimedCall[]): string {
  const { fixed, perInput } = outputCostOf(calls);
  const shares = calls
    .filter(({ kind }) => kind === 'pointwise')
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 3)
    .map(
      ({ name, input }) =>
        `${percent(fixed / (fixed + perInput * input.channels))} of ${name} (${input.channels} inputs)`,
    );
  return `${level}: an output of a pointwise layer takes ${perInput.toFixed(4)} ns for each input and ${fixed.toFixed(2)} ns besides, for requantisation, clamping and storing, by least squares over these layers. The latter is ${shares.join(', ')}.`;
}

function kindTable(networks: ReadonlyMap<KernelLevel, TimedNetwork>): Table {
  const all = [...networks.values()].flatMap(({ calls }) => calls.map(({ kind }) => kind));
  const kinds = [...new Set(all)];
  return {
    title: 'By kind, in milliseconds',
    columns: ['level', ...kinds, 'together'],
    rows: [...networks].map(([level, { calls }]) => [
      level,
      ...kinds.map((kind) => number(sumOf(calls.filter((call) => call.kind === kind)))),
      number(sumOf(calls)),
    ]),
  };
}

function sumOf(calls: readonly TimedCall[]): number {
  return calls.reduce((total, { ms }) => total + ms, 0);
}

function shape({ side, channels }: PlannedActivation): string {
  return `${side}x${side}x${channels}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
