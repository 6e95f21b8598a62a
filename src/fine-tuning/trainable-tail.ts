import { dispose, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import type { Block, Layer } from '../mobilenet/layer-table.ts';
import { loadLayer, type RealWeights, runLayer } from '../mobilenet/loaded-layer.ts';
import type { ActivationBatch } from './activation-batch.ts';
import { layerGradients } from './layer-gradient.ts';
import type { LayerRun } from './layer-run.ts';
import { type Parameters, weightsOf } from './parameters.ts';

/** The last blocks of the backbone before its classifier, with weights that can be trained. */
export interface TrainableTail {
  /** Of the backbone's table. */
  readonly blocks: readonly Block[];
  /** Of all of their layers. */
  readonly parameters: Parameters;
}

/** One run of a tail, to be gone back through. */
export interface TailRun {
  /** [photos, channels], row-major: means of the last block's output over its positions. */
  readonly embeddings: Float32Array;
  /** Of each block, of each of its layers. */
  readonly layers: readonly (readonly LayerRun[])[];
}

/**
 * Runs a tail on the current tfjs backend, by the very kernels that serve.
 * Leaves no tensor behind.
 *
 * @param input what goes into the first of its blocks
 */
export function runTail({ blocks, parameters }: TrainableTail, input: ActivationBatch): TailRun {
  let x = input;
  const layers: LayerRun[][] = [];
  for (const block of blocks) {
    const runs: LayerRun[] = [];
    const blockInput = x;
    for (const layer of block.layers) {
      const run = runLayerOn(layer, weightsOf(parameters, layer.name), x);
      runs.push(run);
      x = run.output;
    }
    if (block.residual) x = { ...x, values: sumOf(x.values, blockInput.values) };
    layers.push(runs);
  }
  return { embeddings: meanOverPositions(x), layers };
}

/**
 * Gradients of the loss by all weights of the blocks.
 *
 * @param gradient by the embeddings, [photos, channels]
 */
export function tailGradients(
  blocks: readonly Block[],
  { layers }: TailRun,
  gradient: Float32Array,
): Map<string, RealWeights> {
  const gradients = new Map<string, RealWeights>();
  const last = layers.at(-1)?.at(-1);
  if (last === undefined) return gradients;
  let byOutput = spreadOverPositions(gradient, last.output);
  for (let b = blocks.length - 1; b >= 0; b--) {
    const { residual } = blocks[b];
    // What a residual block adds to its input comes from both.
    const byInput = residual ? byOutput.slice() : undefined;
    for (let l = layers[b].length - 1; l >= 0; l--) {
      const isFirst = b === 0 && l === 0;
      const { parameters, input } = layerGradients(layers[b][l], byOutput, !isFirst);
      gradients.set(layers[b][l].layer.name, parameters);
      if (input !== undefined) byOutput = input;
    }
    if (byInput !== undefined) byOutput = sumOf(byOutput, byInput);
  }
  return gradients;
}

/** Runs one layer on the backend, and reads what comes out. */
export function runLayerOn(
  layer: Layer,
  parameters: RealWeights,
  input: ActivationBatch,
): LayerRun {
  const { photos, side, channels } = input;
  const x = tensor(input.values, [photos, side, side, channels]) as Tensor4D;
  const loaded = loadLayer(layer, parameters);
  const y = runLayer(x, loaded);
  const values = y.dataSync<'float32'>();
  const output = { values, photos, side: y.shape[1], channels: y.shape[3] };
  dispose([x, loaded.filter, loaded.bias, y]);
  return { layer, parameters, input, output };
}

function sumOf(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}

function meanOverPositions({ values, photos, side, channels }: ActivationBatch): Float32Array {
  const means = new Float32Array(photos * channels);
  const positions = side * side;
  for (let photo = 0; photo < photos; photo++) {
    const own = means.subarray(photo * channels, (photo + 1) * channels);
    for (let position = 0; position < positions; position++) {
      const start = (photo * positions + position) * channels;
      for (let channel = 0; channel < channels; channel++) own[channel] += values[start + channel];
    }
    for (let channel = 0; channel < channels; channel++) own[channel] /= positions;
  }
  return means;
}

/** The gradient by each position: its share of the one by the mean. */
function spreadOverPositions(
  gradient: Float32Array,
  { photos, side, channels }: ActivationBatch,
): Float32Array {
  const positions = side * side;
  const spread = new Float32Array(photos * positions * channels);
  for (let photo = 0; photo < photos; photo++) {
    const own = gradient.slice(photo * channels, (photo + 1) * channels);
    for (let channel = 0; channel < channels; channel++) own[channel] /= positions;
    for (let position = 0; position < positions; position++) {
      spread.set(own, (photo * positions + position) * channels);
    }
  }
  return spread;
}
