/** Numbers for the kernels, drawn so that extremes, ties and ordinary values all come up. */
import fc from 'fast-check';
import type { Activations, Convolution, OutputRange } from './plain-model.ts';

/** Numbers in 0..1, 1 excluded, like Math.random. */
export type Random = () => number;

export const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** A whole number from `least` to `greatest`, which may come up. */
export function drawInteger(random: Random, least: number, greatest: number): number {
  return least + Math.floor(random() * (greatest - least + 1));
}

function drawOf<Item>(random: Random, items: readonly Item[]): Item {
  return items[drawInteger(random, 0, items.length - 1)];
}

export function drawZeroPoint(random: Random): number {
  return random() < 0.3 ? drawOf(random, [-128, 0, 127]) : drawInteger(random, -128, 127);
}

/** Any values, or nothing but extremes, or all of them the same. */
export function drawInt8s(random: Random, length: number): Int8Array {
  const draw = drawOf<() => number>(random, [
    () => drawInteger(random, -128, 127),
    () => drawInteger(random, -128, 127),
    () => drawOf(random, [-128, 127]),
    () => drawOf(random, [-128, -127, -1, 0, 1, 126, 127]),
    () => -128,
    () => 127,
  ]);
  return Int8Array.from({ length }, draw);
}

export function drawActivations(
  random: Random,
  [height, width, channelCount]: readonly [number, number, number],
): Activations {
  const values = drawInt8s(random, height * width * channelCount);
  return { values, height, width, channelCount, zeroPoint: drawZeroPoint(random) };
}

/** Within int32, and often near its ends, over which the sums then wrap. */
function drawBias(random: Random): number {
  const limits = [2 ** 31 - 1, -(2 ** 31), 2 ** 24, -(2 ** 24)];
  if (random() < 0.2) {
    const limit = drawOf(random, limits);
    return limit - Math.sign(limit) * drawInteger(random, 0, 2 ** 16);
  }
  return drawInteger(random, -(2 ** 14), 2 ** 14);
}

/** 1e-9 to 1e4; mostly such as bring usual sums to 8 bits, and powers of two, which make ties. */
export function drawMultiplier(random: Random): number {
  const kind = random();
  if (kind < 0.4) return Math.fround(10 ** (random() * 3 - 4.5));
  if (kind < 0.7) return 2 ** -drawInteger(random, 1, 16);
  return Math.fround(10 ** (random() * 13 - 9));
}

function drawRange(random: Random): OutputRange {
  const zeroPoint = drawZeroPoint(random);
  if (random() < 0.5) return { zeroPoint, lowest: -128, highest: 127 };
  const lowest = drawInteger(random, -128, 127);
  return { zeroPoint, lowest, highest: drawInteger(random, lowest, 127) };
}

export function drawConvolution(random: Random, outputs: number, stride: number): Convolution {
  return {
    stride,
    biases: Int32Array.from({ length: outputs }, () => drawBias(random)),
    multipliers: Float32Array.from({ length: outputs }, () => drawMultiplier(random)),
    range: drawRange(random),
  };
}
