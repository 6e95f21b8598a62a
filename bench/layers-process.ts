/**
 * The int8 network, kernel by kernel. `node bench/layers-process.ts <artifact> <level>` prints
 * {@link TimedNetwork} as JSON, or null where this processor can't use the level.
 */
import process from 'node:process';
import { openArtifact } from '../src/mobilenet/artifact.ts';
import { installWasmBackend } from '../src/mobilenet/backend.ts';
import { prepareInt8Calls } from '../src/mobilenet/int8-calls.ts';
import { allocate, registerInt8Kernels, runInt8Kernel } from '../src/mobilenet/int8-kernels.ts';
import type { PlannedActivation, Step } from '../src/mobilenet/plan.ts';
import { readAssets } from '../src/runtime/node.ts';
import { peakModule, peakOperations } from './peak-module.ts';
import { summarize } from './statistics.ts';

export interface TimedCall {
  readonly name: string;
  readonly kind: Step['kernel'] | 'pool' | 'softmax';
  readonly input: PlannedActivation;
  readonly output: PlannedActivation;
  /** Median. */
  readonly ms: number;
}

export interface TimedNetwork {
  readonly calls: readonly TimedCall[];
  /** The most operations in a second that this core multiplies and adds with the level's instruction; undefined without SIMD. */
  readonly peakPerSecond?: number;
}

const warmUpRounds = 60;
const rounds = 200;
const peakIterations = 200_000;

const [artifactPath, level] = process.argv.slice(2);

async function measure(): Promise<TimedNetwork | null> {
  const { wasm, artifact: buffer, kernels } = await readAssets(artifactPath);
  const artifact = openArtifact(buffer);
  const backend = installWasmBackend(wasm);
  const binaries = kernels.filter((kernel) => kernel.level === level);
  if (!binaries.some(({ module }) => isExact(module))) return null;
  const { storedOffset } = registerInt8Kernels(binaries, backend.memory);
  const { weightBytes, fill, callsAt } = prepareInt8Calls(artifact, storedOffset);
  const weights = allocate(weightBytes);
  const arena = allocate(artifact.plan.arenaBytes);
  fill(backend.bytes(), weights.address);
  const { blocks, pool, classify } = callsAt(weights.address, arena.address);
  const calls = [...blocks.flat(), ...pool, ...classify];
  const multiply = peakOf();
  const times = calls.map((): number[] => []);
  let peak = 0;
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const [i, call] of calls.entries()) {
      const start = performance.now();
      runInt8Kernel(call, arena.tensor);
      const ms = performance.now() - start;
      if (round >= 0) times[i].push(ms);
    }
    peak = Math.max(peak, multiply?.() ?? 0);
  }
  const described = describe(artifact.plan);
  return {
    calls: described.map((call, i) => ({ ...call, ms: summarize(times[i]).median })),
    ...(multiply === undefined ? {} : { peakPerSecond: peak }),
  };
}

function isExact(module: WebAssembly.Module): boolean {
  const env = { memory: new WebAssembly.Memory({ initial: 1 }) };
  const { exports } = new WebAssembly.Instance(module, { env });
  return (exports.isExact as () => number)() !== 0;
}

/** @returns a function that answers with operations in a second */
function peakOf(): (() => number) | undefined {
  if (level === 'scalar') return undefined;
  const multiplication = level === 'simd' ? 'simd' : 'relaxed-simd';
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(peakModule(multiplication)));
  const run = exports.run as (iterations: number) => number;
  return () => {
    const start = performance.now();
    run(peakIterations);
    const seconds = (performance.now() - start) / 1000;
    return (peakIterations * peakOperations[multiplication]) / seconds;
  };
}

/** In the order of the calls. */
function describe(plan: ReturnType<typeof openArtifact>['plan']): Omit<TimedCall, 'ms'>[] {
  const steps = plan.blocks.flatMap(({ name, steps }) =>
    steps.map((step) => ({
      name: step.kernel === 'add' ? `${name}.add` : step.layer,
      kind: step.kernel,
      input: step.input,
      output: step.output,
    })),
  );
  const { embedding, logits, pixels, blocks } = plan;
  const features = blocks.at(-1)?.output ?? pixels;
  return [
    ...steps,
    { name: 'pool', kind: 'pool', input: features, output: embedding },
    { name: 'classifier', kind: 'pointwise', input: embedding, output: logits },
    { name: 'softmax', kind: 'softmax', input: logits, output: logits },
  ];
}

console.log(JSON.stringify(await measure()));
