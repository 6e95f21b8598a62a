// Registers the gradients, which tfjs-core has in files that Node.js can't import.
import '@tensorflow/tfjs';
import {
  add,
  addN,
  clipByValue,
  grads,
  logSoftmax,
  matMul,
  mean,
  mul,
  neg,
  oneHot,
  pad,
  reshape,
  type Scalar,
  slice,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { embeddingLength } from '../src/classes/head.ts';
import { recipe } from '../src/fine-tuning/recipe.ts';
import { TailTrainer } from '../src/fine-tuning/tail-trainer.ts';
import type { Artifact } from '../src/mobilenet/artifact.ts';
import type { Block, Layer } from '../src/mobilenet/layer-table.ts';
import { type RealWeights, realWeights } from '../src/mobilenet/loaded-layer.ts';
import { seededRandom } from '../src/seeded-random.ts';

export type TuningContender = 'Petal' | 'autograd' | 'loops';

const labelCount = 5;
const { batchSize } = recipe;
/** Positions across and down of the activations before the blocks that are measured. */
const side = 7;

/**
 * One step each, with the same blocks on activations of the same size.
 * Petal's moves the weights, too; autograd's works gradients out only.
 */
export function makeTuningContenders({
  blocks,
  weightsOf,
}: Pick<Artifact, 'blocks' | 'weightsOf'>): Record<TuningContender, () => void> {
  const random = seededRandom(1);
  const layers = blocks.flatMap((block) => block.layers);
  const parameters = new Map(
    layers.map((layer) => {
      const { weights, biases } = realWeights(layer, weightsOf(layer));
      return [layer.name, { weights, biases: biases.slice() }];
    }),
  );
  const length = side * side * layers[0].inputChannels;
  const head: RealWeights = {
    weights: Float32Array.from({ length: labelCount * embeddingLength }, () => random() * 0.01),
    biases: new Float32Array(labelCount),
  };
  const set = {
    labels: Array.from({ length: labelCount }, (_, label) => `label ${label}`),
    labelIndices: Int32Array.from({ length: batchSize }, (_, photo) => photo % labelCount),
    views: 1,
    activations: Float32Array.from({ length: batchSize * length }, () => random() * 2 - 1),
  };
  const trainer = new TailTrainer({ blocks, parameters }, head, 1e6);
  const places = Array.from({ length: batchSize }, (_, photo) => ({ photo, view: 0 }));
  const weights = places.map(() => 1);
  return {
    Petal: () => trainer.step(set, places, weights),
    autograd: () => autogradStep(blocks, parameters, head, set),
    loops: () => multiplyAsLoops(layers),
  };
}

/** Gradients by all weights, as tfjs finds them by itself. */
function autogradStep(
  blocks: readonly Block[],
  parameters: ReadonlyMap<string, RealWeights>,
  head: RealWeights,
  { activations, labelIndices }: { activations: Float32Array; labelIndices: Int32Array },
): void {
  tidy(() => {
    const layers = blocks.flatMap((block) => block.layers);
    const shapeOf = ({ kind, inputChannels, outputChannels }: Layer): number[] =>
      kind === 'depthwise' ? [9, outputChannels] : [inputChannels, outputChannels];
    const variables: Tensor[] = [
      tensor(head.weights, [labelCount, embeddingLength]),
      tensor(head.biases),
      ...layers.flatMap((layer) => {
        const own = parameters.get(layer.name) ?? head;
        return [tensor(own.weights, shapeOf(layer)), tensor(own.biases)];
      }),
    ];
    const x = tensor(activations, [batchSize, side, side, layers[0].inputChannels]) as Tensor4D;
    const truth = oneHot(labelIndices, labelCount);

    function loss(...values: Tensor[]): Scalar {
      const [headWeights, headBiases, ...rest] = values;
      let y = x;
      let at = 0;
      for (const { residual, layers: own } of blocks) {
        const blockInput = y;
        for (const layer of own) {
          const linear = convolve(layer, y, rest[at], rest[at + 1] as Tensor1D);
          y = layer.activation === 'relu6' ? clipByValue(linear, 0, 6) : linear;
          at += 2;
        }
        if (residual) y = add(y, blockInput);
      }
      const embeddings = mean(y, [1, 2]) as Tensor2D;
      const logits = add(matMul(embeddings, headWeights as Tensor2D, false, true), headBiases);
      return neg(mean(sum(mul(truth, logSoftmax(logits)), 1)));
    }

    const gradients = grads(loss as (...values: Tensor[]) => Tensor)(variables);
    // As Petal does to move the weights.
    for (const gradient of gradients) gradient.dataSync();
  });
}

function convolve(
  { kind, outputChannels }: Layer,
  x: Tensor4D,
  weights: Tensor,
  biases: Tensor1D,
): Tensor4D {
  if (kind === 'pointwise') {
    const rows = reshape(x, [-1, x.shape[3]]) as Tensor2D;
    const product = add(matMul(rows, weights as Tensor2D), biases);
    return reshape(product, [batchSize, side, side, outputChannels]);
  }
  const padded = pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const products = Array.from({ length: 9 }, (_, tap) => {
    const begin = [0, Math.floor(tap / 3), tap % 3, 0];
    const shifted = slice(padded, begin, [batchSize, side, side, outputChannels]);
    return mul(shifted, slice(weights, [tap, 0], [1, outputChannels]));
  });
  return add(addN(products), biases);
}

/** The matrix products of a step: one forward, one by the weights, and one by the input but for the first layer. */
function multiplyAsLoops(layers: readonly Layer[]): void {
  const positions = batchSize * side * side;
  for (const [i, { kind, inputChannels, outputChannels }] of layers.entries()) {
    if (kind !== 'pointwise') continue;
    multiplyLoop(positions, inputChannels, outputChannels);
    multiplyLoop(inputChannels, positions, outputChannels);
    if (i > 0) multiplyLoop(positions, outputChannels, inputChannels);
  }
}

function multiplyLoop(rows: number, inner: number, columns: number): Float32Array {
  const left = new Float32Array(rows * inner).fill(0.5);
  const right = new Float32Array(inner * columns).fill(0.5);
  const product = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const value = left[row * inner + k];
      const from = k * columns;
      const to = row * columns;
      for (let column = 0; column < columns; column++) {
        product[to + column] += value * right[from + column];
      }
    }
  }
  return product;
}
