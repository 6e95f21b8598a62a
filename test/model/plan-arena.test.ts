import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inputSize, mobilenetV2 } from '../../model/mobilenet-v2.ts';
import { planArena } from '../../model/plan-arena.ts';
import type { Block, Layer } from '../../src/mobilenet/layer-table.ts';
import type { Plan, PlannedActivation, Step } from '../../src/mobilenet/plan.ts';

/** Kernels may write up to 7 bytes past an output's end. */
const overhang = 7;

/** Bytes that are written in a step and read until another. */
interface Use {
  readonly what: string;
  readonly place: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

function bytesOf({ side, channels }: PlannedActivation): number {
  return side * side * channels;
}

function roomOf(step: Step): { place: number; bytes: number }[] {
  const { side, channels } = step.input;
  if (step.kernel === 'stem') return [{ place: step.padded, bytes: (side + 1) * (side + 2) * 3 }];
  return step.kernel === 'depthwise' ? [{ place: step.zeros, bytes: channels }] : [];
}

/** What a plan keeps and how long, found by following its steps; each reads what one before wrote. */
function usesOf({ pixels, blocks, embedding, logits, probabilities }: Plan): Use[] {
  const uses: Use[] = [];
  const steps = blocks.flatMap((block) => block.steps);
  const readers: PlannedActivation[][] = steps.map((step) =>
    step.kernel === 'add' ? [step.input, step.addend] : [step.input],
  );
  const last = blocks.at(-1)?.output ?? pixels;
  const end = steps.length;
  readers.push([last]);
  const written = [pixels, ...steps.map(({ output }) => output)];
  for (const [first, activation] of written.entries()) {
    const ends = readers.flatMap((read, step) =>
      step >= first && read.some((each) => isSame(each, activation, written, step)) ? [step] : [],
    );
    uses.push({
      what: first === 0 ? 'pixels' : `the output of step ${first}`,
      place: activation.place,
      // Written in the step before the one that it is first read in.
      bytes: bytesOf(activation) + (first === 0 ? 0 : overhang),
      first: first - 1,
      last: Math.max(first, ...ends),
    });
  }
  for (const [step, each] of steps.entries()) {
    for (const { place, bytes } of roomOf(each)) {
      uses.push({ what: `room of step ${step}`, place, bytes, first: step, last: step });
    }
  }
  for (const [what, place, bytes] of [
    ['embedding', embedding.place, bytesOf(embedding)],
    ['logits', logits.place, bytesOf(logits) + overhang],
    ['probabilities', probabilities, 4 * logits.channels],
  ] as const) {
    uses.push({ what, place, bytes, first: end, last: end });
  }
  return uses;
}

/** Whether what is read in a step is this activation and not a later one at the same place. */
function isSame(
  read: PlannedActivation,
  activation: PlannedActivation,
  written: readonly PlannedActivation[],
  step: number,
): boolean {
  const newest = written.slice(0, step + 1).findLast(({ place }) => place === read.place);
  return newest === activation && bytesOf(read) === bytesOf(activation);
}

function checkPlan(plan: Plan): void {
  const uses = usesOf(plan);
  for (const [i, a] of uses.entries()) {
    expect(a.place % 64, a.what).toBe(0);
    expect(a.place + a.bytes, a.what).toBeLessThanOrEqual(plan.arenaBytes);
    for (const b of uses.slice(i + 1)) {
      const atOnce = a.first <= b.last && b.first <= a.last;
      const apart = a.place + a.bytes <= b.place || b.place + b.bytes <= a.place;
      if (atOnce && !apart) throw new Error(`${a.what} and ${b.what} overlap.`);
    }
  }
  const steps = plan.blocks.flatMap((block) => block.steps);
  let current = plan.pixels;
  for (const block of plan.blocks) {
    const input = current;
    for (const step of block.steps) {
      if (step.kernel === 'add') {
        expect(step.input).toEqual(input);
        expect(step.addend).toEqual(current);
      } else {
        expect(step.input).toEqual(current);
      }
      current = step.output;
    }
    expect(block.output).toEqual(current);
  }
  expect(steps.length).toBeGreaterThan(0);
}

function layer(kind: Layer['kind'], inputs: number, outputs: number, stride: 1 | 2 = 1): Layer {
  return {
    name: `${kind}${inputs}`,
    kind,
    inputChannels: inputs,
    outputChannels: outputs,
    stride,
    activation: 'linear',
  };
}

const classifier = (inputs: number): Block => ({
  name: 'classifier',
  residual: false,
  layers: [layer('pointwise', inputs, 1001)],
});

/** Tables as MobileNetV2's: a stem, inverted residuals, a classifier. */
const tables: fc.Arbitrary<Block[]> = fc
  .array(
    fc.record({
      sixteens: fc.integer({ min: 1, max: 4 }),
      expansion: fc.integer({ min: 1, max: 6 }),
      stride: fc.constantFrom(1 as const, 2 as const),
      wantsResidual: fc.boolean(),
    }),
    { maxLength: 5 },
  )
  .map((drawn) => {
    const stem = layer('stem', 3, 16, 2);
    const blocks: Block[] = [{ name: 'stem', residual: false, layers: [stem] }];
    let channels = 16;
    for (const [i, { sixteens, expansion, stride, wantsResidual }] of drawn.entries()) {
      const residual = wantsResidual && stride === 1;
      const outputs = residual ? channels : sixteens * 16;
      const expanded = channels * expansion;
      blocks.push({
        name: `block${i}`,
        residual,
        layers: [
          layer('pointwise', channels, expanded),
          layer('depthwise', expanded, expanded, stride),
          layer('pointwise', expanded, outputs),
        ],
      });
      channels = outputs;
    }
    return [...blocks, classifier(channels)];
  });

describe('an arena', () => {
  test('keeps apart what is needed at the same time, whatever the layer table', () => {
    fc.assert(fc.property(tables, (blocks) => checkPlan(planArena(blocks, 64))));
  });

  test('keeps apart what is needed at the same time in 1.6 MB for MobileNetV2', () => {
    const plan = planArena(mobilenetV2(), inputSize);
    checkPlan(plan);
    expect(plan.arenaBytes).toBeLessThanOrEqual(1.6e6);
  });

  test.for<[string, Layer, string]>([
    ['a stem of 12 channels', layer('stem', 3, 12, 2), '3 to 12 channels, stride 2, at 64 x 64'],
    ['a stem of stride 1', layer('stem', 3, 16), '3 to 16 channels, stride 1, at 64 x 64'],
    [
      'a 1x1 convolution of 12 inputs',
      layer('pointwise', 12, 16),
      '12 to 16 channels, stride 1, at 64 x 64',
    ],
    [
      'a 1x1 convolution of stride 2',
      layer('pointwise', 16, 16, 2),
      '16 to 16 channels, stride 2, at 64 x 64',
    ],
    [
      'a depthwise convolution of 24 channels',
      layer('depthwise', 24, 24),
      '24 to 24 channels, stride 1, at 64 x 64',
    ],
  ])('is refused to %s, which no kernel runs', ([, odd, sentence]) => {
    const blocks = [{ name: 'odd', residual: false, layers: [odd] }, classifier(16)];
    expect(() => planArena(blocks, 64)).toThrow(
      `The int8 kernels have no ${odd.kind} layer like ${odd.name}: ${sentence}.`,
    );
  });
});
