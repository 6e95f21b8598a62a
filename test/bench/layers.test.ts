import { expect, test } from 'vitest';
import { operationsOf, outputCostOf } from '../../bench/layers.ts';
import { peakModule } from '../../bench/peak-module.ts';

const place = 0;

test('operations are two for each weight and position', () => {
  const input = { place, side: 14, channels: 96 };
  const output = { place, side: 7, channels: 96 };
  expect(operationsOf({ kind: 'depthwise', input, output })).toBe(2 * 49 * 96 * 9);
  expect(
    operationsOf({ kind: 'pointwise', input: output, output: { ...output, channels: 10 } }),
  ).toBe(2 * 49 * 96 * 10);
  expect(operationsOf({ kind: 'stem', input: { ...input, channels: 3 }, output })).toBe(
    2 * 49 * 96 * 27,
  );
  expect(operationsOf({ kind: 'add', input, output: input })).toBeUndefined();
});

test('what an output costs is told apart from what its inputs cost', () => {
  const calls = [16, 24, 320].map((channels) => ({
    kind: 'pointwise' as const,
    input: { place, side: 10, channels },
    output: { place, side: 10, channels: 100 },
    ms: (10_000 * (0.15 + 0.01 * channels)) / 1e6,
  }));
  const { fixed, perInput } = outputCostOf(calls);
  expect(fixed).toBeCloseTo(0.15, 6);
  expect(perInput).toBeCloseTo(0.01, 6);
});

test.for(['simd', 'relaxed-simd'] as const)(
  'the peak of %s is measured by a module that runs',
  (multiplication) => {
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(peakModule(multiplication)),
    );
    expect((exports.run as (iterations: number) => number)(3)).toEqual(expect.any(Number));
  },
);
