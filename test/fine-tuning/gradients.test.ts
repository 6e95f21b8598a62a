import { memory } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { embeddingLength } from '../../src/classes/head.ts';
import type { ActivationBatch } from '../../src/fine-tuning/activation-batch.ts';
import { headLoss } from '../../src/fine-tuning/head-loss.ts';
import { layerGradients, passRelu6 } from '../../src/fine-tuning/layer-gradient.ts';
import { multiply, transpose } from '../../src/fine-tuning/matrix.ts';
import type { Parameters } from '../../src/fine-tuning/parameters.ts';
import {
  runLayerOn,
  runTail,
  type TailRun,
  tailGradients,
} from '../../src/fine-tuning/trainable-tail.ts';
import { installWasmBackend } from '../../src/mobilenet/backend.ts';
import { type Block, type Layer, weightShape } from '../../src/mobilenet/layer-table.ts';
import type { RealWeights } from '../../src/mobilenet/loaded-layer.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { seededRandom } from '../../src/seeded-random.ts';

beforeAll(async () => {
  installWasmBackend((await readAssets(inject('artifactPath'))).wasm);
});

function uniform(length: number, random: () => number, size = 1): Float32Array {
  return Float32Array.from({ length }, () => (random() * 2 - 1) * size);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function moved(values: Float32Array, direction: Float32Array, by: number): Float32Array {
  return values.map((value, i) => value + by * direction[i]);
}

/**
 * Expects the slope of a function along a random direction to be what its
 * gradient says.
 *
 * @param lossOf answers NaN beyond a kink
 * @param step as large as the function's curvature allows: float32 rounds
 * @returns false where a kink lies within the step, so that nothing can be said
 */
function expectSlope(
  lossOf: (values: Float32Array) => number,
  values: Float32Array,
  gradient: Float32Array,
  random: () => number,
  { step, tolerance }: { step: number; tolerance: number },
): boolean {
  // Half of it along the gradient, so that the slope is no small difference of large terms.
  const size = Math.hypot(...gradient) / Math.sqrt(gradient.length) || 1;
  const direction = uniform(values.length, random).map((value, i) => value + gradient[i] / size);
  const up = lossOf(moved(values, direction, step));
  const down = lossOf(moved(values, direction, -step));
  if (Number.isNaN(up - down)) return false;
  const expected = dot(gradient, direction);
  const scale = Math.max(Math.abs(expected), 1e-3);
  // Either loss is a sum of float32 numbers, whose last digits a small step makes large.
  const rounding = (float32Error * (Math.abs(up) + Math.abs(down) + 1)) / step;
  expect(Math.abs((up - down) / (2 * step) - expected)).toBeLessThan(tolerance * scale + rounding);
  return true;
}

/** A few times the smallest step between float32 numbers around 1. */
const float32Error = 5e-7;

function randomParameters(layer: Layer, random: () => number): RealWeights {
  const shape = weightShape(layer);
  const length = shape.reduce((product, side) => product * side, 1);
  const inputs = length / layer.outputChannels;
  return {
    weights: uniform(length, random, Math.sqrt(6 / inputs)),
    biases: uniform(layer.outputChannels, random, 0.3),
  };
}

function randomBatch(
  photos: number,
  side: number,
  channels: number,
  random: () => number,
): ActivationBatch {
  return {
    values: uniform(photos * side * side * channels, random),
    photos,
    side,
    channels,
  };
}

const anyLayer = fc
  .record({
    kind: fc.constantFrom('pointwise', 'depthwise' as const),
    inputs: fc.integer({ min: 1, max: 9 }),
    outputs: fc.integer({ min: 1, max: 9 }),
    stride: fc.constantFrom(1, 2 as const),
  })
  .map(({ kind, inputs, outputs, stride }): Layer => {
    const shape =
      kind === 'depthwise'
        ? { kind, outputChannels: inputs, stride }
        : { kind: 'pointwise' as const, outputChannels: outputs, stride: 1 as const };
    return { name: 'layer', inputChannels: inputs, activation: 'linear', ...shape } as Layer;
  });

describe('a layer', () => {
  test('has the gradients that finite differences find, with every stride and side', () => {
    fc.assert(
      fc.property(
        anyLayer,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer(),
        (layer, photos, side, seed) => {
          const random = seededRandom(seed);
          const input = randomBatch(photos, side, layer.inputChannels, random);
          const parameters = randomParameters(layer, random);
          const run = runLayerOn(layer, parameters, input);
          // The loss is a weighted sum of the output: linear in each argument, so that steps may be large.
          const weighting = uniform(run.output.values.length, random);
          const { parameters: gradients, input: inputGradient = new Float32Array() } =
            layerGradients(run, weighting.slice(), true);
          const accuracy = { step: 0.5, tolerance: 1e-3 };
          const lossOf = (changed: Partial<RealWeights>, values = input.values) =>
            dot(
              runLayerOn(layer, { ...parameters, ...changed }, { ...input, values }).output.values,
              weighting,
            );
          expectSlope(
            (weights) => lossOf({ weights }),
            parameters.weights,
            gradients.weights,
            random,
            accuracy,
          );
          expectSlope(
            (biases) => lossOf({ biases }),
            parameters.biases,
            gradients.biases,
            random,
            accuracy,
          );
          expectSlope(
            (values) => lossOf({}, values),
            input.values,
            inputGradient,
            random,
            accuracy,
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('passes a gradient on where relu6 cut nothing off, and none where it did', () => {
    const gradient = Float32Array.of(1, 2, 3, 4, 5);
    passRelu6(gradient, Float32Array.of(0, 1e-3, 5.99, 6, 3));
    expect([...gradient]).toEqual([0, 2, 3, 0, 5]);
  });

  test('of another kind is refused instead of trained wrongly', () => {
    const layer = {
      name: 'stem',
      kind: 'stem',
      inputChannels: 3,
      outputChannels: 2,
      stride: 2,
      activation: 'linear',
    } as const;
    const random = seededRandom(1);
    const run = runLayerOn(layer, randomParameters(layer, random), randomBatch(1, 4, 3, random));
    expect(() => layerGradients(run, run.output.values, true)).toThrow("stem can't be trained");
  });
});

/** Blocks as MobileNetV2 has them, of few channels. */
function smallBlocks(stride: 1 | 2, outputs: number): Block[] {
  const shared = { stride: 1, activation: 'relu6' } as const;
  return [
    {
      name: 'one',
      residual: stride === 1 && outputs === 4,
      layers: [
        { ...shared, name: 'one.expand', kind: 'pointwise', inputChannels: 4, outputChannels: 8 },
        {
          ...shared,
          name: 'one.depthwise',
          kind: 'depthwise',
          inputChannels: 8,
          outputChannels: 8,
          stride,
        },
        {
          ...shared,
          name: 'one.project',
          kind: 'pointwise',
          inputChannels: 8,
          outputChannels: outputs,
          activation: 'linear',
        },
      ],
    },
    {
      name: 'two',
      residual: false,
      layers: [
        { ...shared, name: 'two', kind: 'pointwise', inputChannels: outputs, outputChannels: 12 },
      ],
    },
  ];
}

/** Which of a tail's activations relu6 cut off, and where. */
function cutsOf({ layers }: TailRun): string {
  return layers
    .flat()
    .filter(({ layer }) => layer.activation === 'relu6')
    .map(({ output }) =>
      output.values.map((value) => (value <= 0 ? 0 : value >= 6 ? 2 : 1)).join(''),
    )
    .join(' ');
}

describe('a tail', () => {
  test('has the gradients that finite differences find, through residual blocks and all', () => {
    let [compared, kinks] = [0, 0];
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2 as const),
        fc.constantFrom(4, 6),
        fc.integer({ min: 2, max: 5 }),
        fc.integer(),
        (stride, outputs, side, seed) => {
          const random = seededRandom(seed);
          const blocks = smallBlocks(stride as 1 | 2, outputs);
          const layers = blocks.flatMap((block) => block.layers);
          const parameters: Parameters = new Map(
            layers.map((layer) => [layer.name, randomParameters(layer, random)]),
          );
          const input = randomBatch(3, side, 4, random);
          const run = runTail({ blocks, parameters }, input);
          const weighting = uniform(run.embeddings.length, random);
          const gradients = tailGradients(blocks, run, weighting.slice());
          expect([...gradients.keys()].sort()).toEqual(layers.map(({ name }) => name).sort());
          for (const { name } of layers) {
            const own = parameters.get(name) as RealWeights;
            const gradient = gradients.get(name) as RealWeights;
            const isSmooth = expectSlope(
              (weights) => {
                const changed = new Map([...parameters, [name, { ...own, weights }]]);
                const changedRun = runTail({ blocks, parameters: changed }, input);
                if (cutsOf(changedRun) !== cutsOf(run)) return Number.NaN;
                return dot(changedRun.embeddings, weighting);
              },
              own.weights,
              gradient.weights,
              random,
              { step: 1e-3, tolerance: 0.02 },
            );
            if (isSmooth) compared += 1;
            else kinks += 1;
          }
        },
      ),
      { numRuns: 40 },
    );
    expect(compared).toBeGreaterThan(kinks);
  });
});

describe('the loss of a head', () => {
  test('has the gradients that finite differences find', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        (labels, photos, seed) => {
          const random = seededRandom(seed);
          const head = {
            weights: uniform(labels * embeddingLength, random, 0.02),
            biases: uniform(labels, random),
          };
          const embeddings = uniform(photos * embeddingLength, random, 2);
          const truth = Int32Array.from({ length: photos }, () => Math.floor(random() * labels));
          const photoWeights = Float64Array.from({ length: photos }, () => random() + 0.1);
          const lossOf = (changed: Partial<typeof head>, values = embeddings) =>
            headLoss({ ...head, ...changed }, values, truth, photoWeights).loss;
          const gradients = headLoss(head, embeddings, truth, photoWeights);
          // Many numbers move at once, which moves logits by a thousand times as much.
          const accuracy = { step: 2e-5, tolerance: 0.02 };
          expectSlope(
            (weights) => lossOf({ weights }),
            head.weights,
            gradients.head.weights,
            random,
            accuracy,
          );
          expectSlope((biases) => lossOf({ biases }), head.biases, gradients.head.biases, random, {
            step: 1e-2,
            tolerance: 0.02,
          });
          expectSlope(
            (values) => lossOf({}, values),
            embeddings,
            gradients.embeddings,
            random,
            accuracy,
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a matrix product', () => {
  test('is what its definition says, and leaves no tensor behind', () => {
    const tensors = memory().numTensors;
    fc.assert(
      fc.property(
        fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 20 }))),
        fc.integer(),
        ([rows, inner, columns], seed) => {
          const random = seededRandom(seed);
          const [a, b] = [uniform(rows * inner, random), uniform(inner * columns, random)];
          const product = multiply(a, b, [rows, inner, columns]);
          for (let i = 0; i < product.length; i++) {
            const [row, column] = [Math.floor(i / columns), i % columns];
            let sum = 0;
            for (let k = 0; k < inner; k++) sum += a[row * inner + k] * b[k * columns + column];
            expect(product[i]).toBeCloseTo(sum, 4);
          }
          expect(transpose(transpose(a, rows, inner), inner, rows)).toEqual(a);
        },
      ),
    );
    expect(memory().numTensors).toBe(tensors);
  });
});
