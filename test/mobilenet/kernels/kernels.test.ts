/** The int8 kernels, at each level that this processor runs exactly, against a plain model of their arithmetic. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../../src/seeded-random.ts';
import {
  drawActivations,
  drawConvolution,
  drawInt8s,
  drawInteger,
  drawMultiplier,
  drawZeroPoint,
  seeds,
} from './drawn.ts';
import { type LoadedKernels, loadKernels, runKernel } from './loaded-kernels.ts';
import { packed, packedChannels, stored, unstored } from './packing.ts';
import {
  addTerms,
  convolve,
  convolveDepthwise,
  exponentialsOf,
  meanOf,
  type OutputRange,
  roundHalfToEven,
  softmaxOf,
} from './plain-model.ts';

let builds: readonly LoadedKernels[];
beforeAll(async () => {
  builds = (await loadKernels()).filter(({ kernels }) => kernels.isExact() !== 0);
  // These are exact everywhere; what relaxed SIMD is, levels.test.ts asks.
  const everywhere = ['simd', 'simd-shared', 'simd, signed', 'scalar', 'scalar-shared'];
  expect(builds.map(({ name }) => name)).toEqual(expect.arrayContaining(everywhere));
});

function rangeParameters({ zeroPoint, lowest, highest }: OutputRange): readonly number[] {
  return [zeroPoint, lowest, highest];
}

/** Compares first, as telling a difference takes much longer than there being none. */
function expectSame(
  actual: Int8Array | Float32Array,
  expected: Int8Array | Float32Array,
  build: string,
): void {
  const same = actual.length === expected.length && actual.every((y, i) => y === expected[i]);
  if (!same) expect(actual, build).toEqual(expected);
}

const small = (max: number) => fc.integer({ min: 1, max });

test('rows, also such as overlap, times weights are as in the plain model', () => {
  const shapes = fc.record({
    seed: seeds,
    rows: small(9),
    segments: small(4),
    segmentQuads: small(12),
    segmentStride: fc.integer({ min: 0, max: 64 }),
    rowStride: fc.integer({ min: 0, max: 100 }),
    outputBlocks: small(5),
    // The last step of the only row may be of fewer outputs than it has room for.
    missingOutputs: fc.integer({ min: 0, max: 7 }),
  });
  fc.assert(
    fc.property(shapes, ({ seed, rows, segments, segmentQuads, segmentStride, ...shape }) => {
      const { rowStride, outputBlocks, missingOutputs } = shape;
      const random = seededRandom(seed);
      const segmentBytes = segmentQuads * 4;
      const outputs = outputBlocks * 8 - (rows === 1 ? missingOutputs : 0);
      const length = (rows - 1) * rowStride + (segments - 1) * segmentStride + segmentBytes;
      const inputs = drawInt8s(random, length);
      const gathered: number[] = [];
      for (let row = 0; row < rows; row++) {
        for (let segment = 0; segment < segments; segment++) {
          const from = row * rowStride + segment * segmentStride;
          gathered.push(...inputs.subarray(from, from + segmentBytes));
        }
      }
      const zeroPoint = drawZeroPoint(random);
      const channelCount = segments * segmentBytes;
      const values = Int8Array.from(gathered);
      const x = { values, height: rows, width: 1, channelCount, zeroPoint };
      const weights = drawInt8s(random, channelCount * outputs);
      const convolution = drawConvolution(random, outputs, 1);
      const expected = convolve(x, weights, 1, convolution);

      for (const build of builds) {
        const { name, storedOffset, kernels } = build;
        const { y } = runKernel(
          build,
          random,
          {
            x: stored(inputs, storedOffset),
            weights: packed('pointwise', channelCount, outputs, weights),
            channels: packedChannels(weights, convolution, zeroPoint + storedOffset),
          },
          { y: rows === 1 ? outputBlocks * 8 : expected.length },
          (at) =>
            kernels.multiplyRows(
              ...[at.x, rowStride, segments, segmentBytes, segmentStride],
              ...[at.y, rows, outputs, at.weights, at.channels],
              ...rangeParameters(convolution.range),
            ),
        );
        expectSame(unstored(y.subarray(0, expected.length), storedOffset), expected, name);
      }
    }),
    { numRuns: 300 },
  );
});

test('depthwise convolutions of either stride are as in the plain model', () => {
  const shapes = fc.record({
    seed: seeds,
    stride: fc.constantFrom(1, 2),
    outputSide: small(9),
    channelBlocks: small(3),
  });
  fc.assert(
    fc.property(shapes, ({ seed, stride, outputSide, channelBlocks }) => {
      const random = seededRandom(seed);
      const side = outputSide * stride;
      const channelCount = channelBlocks * 16;
      const x = drawActivations(random, [side, side, channelCount]);
      const weights = drawInt8s(random, 9 * channelCount);
      const convolution = drawConvolution(random, channelCount, stride);
      const expected = convolveDepthwise(x, weights, 3, convolution);

      for (const build of builds) {
        const { name, storedOffset, kernels } = build;
        const storedZero = x.zeroPoint + storedOffset;
        const { y } = runKernel(
          build,
          random,
          {
            x: stored(x.values, storedOffset),
            weights: packed('depthwise', channelCount, channelCount, weights),
            channels: packedChannels(weights, convolution, storedZero),
          },
          { y: expected.length, zeros: channelCount },
          (at) =>
            kernels.depthwise(
              ...[at.x, side, channelCount, stride, at.zeros],
              ...[at.y, at.weights, at.channels, storedZero],
              ...rangeParameters(convolution.range),
            ),
        );
        expectSame(unstored(y, storedOffset), expected, name);
      }
    }),
    { numRuns: 150 },
  );
});

test('the first convolution, of pixels, is as in the plain model', () => {
  const shapes = fc.record({ seed: seeds, outputSide: small(9), outputBlocks: small(4) });
  fc.assert(
    fc.property(shapes, ({ seed, outputSide, outputBlocks }) => {
      const random = seededRandom(seed);
      const side = outputSide * 2;
      const outputs = outputBlocks * 8;
      const x = drawActivations(random, [side, side, 3]);
      const pixels = stored(x.values, 128);
      const weights = drawInt8s(random, 27 * outputs);
      const convolution = drawConvolution(random, outputs, 2);
      const expected = convolve(x, weights, 3, convolution);

      for (const build of builds) {
        const { name, storedOffset, kernels } = build;
        const storedZero = x.zeroPoint + storedOffset;
        const { y } = runKernel(
          build,
          random,
          {
            pixels,
            weights: packed('stem', 3, outputs, weights),
            channels: packedChannels(weights, convolution, storedZero),
          },
          { y: expected.length, padded: (side + 1) * (side + 2) * 3 },
          (at) =>
            kernels.stem(
              ...[at.pixels, side, at.padded, at.y, outputs],
              ...[at.weights, at.channels, storedZero],
              ...rangeParameters(convolution.range),
            ),
        );
        expectSame(unstored(y, storedOffset), expected, name);
      }
    }),
    { numRuns: 60 },
  );
});

test('sums of activations with scales of their own are as in the plain model', () => {
  const given = fc.record({
    seed: seeds,
    blocks: small(20),
    // XNNPACK takes these: the larger scale is 2^-10 to 2^8 times the sum's, the other one may be smaller.
    largerLog2: fc.double({ min: -10, max: 7.999, noNaN: true }),
    smallerLog2: fc.double({ min: -24, max: 0, noNaN: true }),
    largerIsFirst: fc.boolean(),
  });
  fc.assert(
    fc.property(given, ({ seed, blocks, largerLog2, smallerLog2, largerIsFirst }) => {
      const random = seededRandom(seed);
      const length = blocks * 8;
      const larger = Math.fround(2 ** largerLog2);
      const smaller = Math.fround(larger * 2 ** smallerLog2);
      const shift = 20 - Math.floor(Math.log2(larger));
      const [a, b] = (largerIsFirst ? [larger, smaller] : [smaller, larger]).map((ratio) => ({
        values: drawInt8s(random, length),
        zeroPoint: drawZeroPoint(random),
        multiplier: roundHalfToEven(ratio * 2 ** shift),
      }));
      const zeroPoint = drawZeroPoint(random);
      const expected = addTerms(a, b, shift, zeroPoint);

      for (const build of builds) {
        const { name, storedOffset, kernels } = build;
        const bias =
          2 ** (shift - 1) -
          a.multiplier * (a.zeroPoint + storedOffset) -
          b.multiplier * (b.zeroPoint + storedOffset);
        const { y } = runKernel(
          build,
          random,
          { a: stored(a.values, storedOffset), b: stored(b.values, storedOffset) },
          { y: length },
          (at) =>
            kernels.add(
              ...[at.a, at.b, at.y, length, bias, a.multiplier, b.multiplier],
              ...[shift, zeroPoint],
            ),
        );
        expectSame(unstored(y, storedOffset), expected, name);
      }
    }),
    { numRuns: 500 },
  );
});

test('means are as in the plain model', () => {
  const shapes = fc.record({ seed: seeds, positions: small(81), channelBlocks: small(9) });
  fc.assert(
    fc.property(shapes, ({ seed, positions, channelBlocks }) => {
      const random = seededRandom(seed);
      const x = drawActivations(random, [positions, 1, channelBlocks * 8]);
      const multiplier = drawMultiplier(random);
      const zeroPoint = drawZeroPoint(random);
      const expected = meanOf(x, multiplier, zeroPoint);

      for (const build of builds) {
        const { name, storedOffset, kernels } = build;
        const { y } = runKernel(
          build,
          random,
          { x: stored(x.values, storedOffset) },
          { y: x.channelCount },
          (at) =>
            kernels.averagePool(
              ...[at.x, positions, x.channelCount, at.y],
              ...[-positions * (x.zeroPoint + storedOffset), multiplier, zeroPoint],
            ),
        );
        expectSame(unstored(y, storedOffset), expected, name);
      }
    }),
    { numRuns: 200 },
  );
});

test('probabilities are as in the plain model, to the last bit', () => {
  const given = fc.record({
    seed: seeds,
    length: small(1001),
    scaleLog10: fc.double({ min: -4, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(given, ({ seed, length, scaleLog10 }) => {
      const random = seededRandom(seed);
      const logits = drawInt8s(random, length);
      const exponentials = exponentialsOf(Math.fround(10 ** scaleLog10));
      const expected = softmaxOf(logits, exponentials);

      for (const build of builds) {
        const { name, storedOffset, kernels } = build;
        const { y } = runKernel(
          build,
          random,
          { x: stored(logits, storedOffset), exponentials: new Uint8Array(exponentials.buffer) },
          { y: length * 4 },
          (at) => kernels.softmax(at.x, length, at.exponentials, at.y),
        );
        expectSame(new Float32Array(y.buffer), expected, name);
      }
    }),
    { numRuns: 60 },
  );
});

test('sums of any size are rounded as in the plain model', () => {
  // No inputs: what a sum begins with is what it is, and each output is one to round.
  fc.assert(
    fc.property(seeds, (seed) => {
      const random = seededRandom(seed);
      const outputs = 64;
      const convolution = drawConvolution(random, outputs, 1);
      for (let i = 0; i < outputs; i++) {
        convolution.biases[i] =
          drawInteger(random, -(2 ** 31), 2 ** 31 - 1) >> drawInteger(random, 0, 31);
      }
      const weights = new Int8Array(4 * outputs);
      const zeroPoint = drawZeroPoint(random);
      const x = { values: new Int8Array(4), height: 1, width: 1, channelCount: 4, zeroPoint };
      const expected = convolve(x, weights, 1, convolution);
      for (const build of builds) {
        const { name, storedOffset, kernels } = build;
        const { y } = runKernel(
          build,
          random,
          {
            x: new Uint8Array(4),
            weights: packed('pointwise', 4, outputs, weights),
            channels: packedChannels(weights, convolution, zeroPoint + storedOffset),
          },
          { y: outputs },
          (at) =>
            kernels.multiplyRows(
              ...[at.x, 4, 1, 4, 0, at.y, 1, outputs, at.weights, at.channels],
              ...rangeParameters(convolution.range),
            ),
        );
        expectSame(unstored(y, storedOffset), expected, name);
      }
    }),
    { numRuns: 200 },
  );
});
