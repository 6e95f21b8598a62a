import { add, avgPool, dispose, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Artifact } from './artifact.ts';
import type { Reading, Wanted } from './backbone.ts';
import type { Block } from './layer-table.ts';
import { type LoadedLayer, loadLayer, realWeights, runLayer } from './loaded-layer.ts';

/** A block with its weights on the backend, in float32. */
export interface LoadedBlock {
  readonly block: Block;
  readonly layers: readonly LoadedLayer[];
}

/** Uploads weights; the tensors are the caller's. */
export function loadBlocks(weights: Pick<Artifact, 'blocks' | 'weightsOf'>): LoadedBlock[] {
  return weights.blocks.map((block) => ({
    block,
    layers: block.layers.map((layer) =>
      loadLayer(layer, realWeights(layer, weights.weightsOf(layer))),
    ),
  }));
}

/** Frees blocks' weights. */
export function disposeBlocks(blocks: readonly LoadedBlock[]): void {
  for (const { layers } of blocks) {
    for (const { filter, bias } of layers) dispose([filter, bias]);
  }
}

export function weightCount(blocks: readonly LoadedBlock[]): number {
  return blocks
    .flatMap(({ layers }) => layers)
    .reduce((count, { filter }) => count + filter.size, 0);
}

/** Runs blocks one after another and frees their input; what comes out is the caller's. */
export function runBlocks(blocks: readonly LoadedBlock[], input: Tensor4D): Tensor4D {
  return blocks.reduce((x, { block, layers }) => runBlock(block, layers, x), input);
}

/** Reads an embedding, and the feature map if it is wanted, out of the last block's output; frees nothing of it. */
export function readOut(
  features: Tensor4D,
  { featureMap: wantsFeatureMap = false }: Wanted,
): Reading {
  const [, height, width] = features.shape;
  const mean = avgPool(features, [height, width], 1, 'valid');
  const embedding = mean.dataSync<'float32'>();
  mean.dispose();
  return {
    embedding,
    ...(wantsFeatureMap ? { featureMap: features.dataSync<'float32'>() } : {}),
  };
}

/** Runs a block and frees its input, and each intermediate as soon as the next is there. */
function runBlock(block: Block, layers: readonly LoadedLayer[], input: Tensor4D): Tensor4D {
  let x = input;
  for (const loaded of layers) {
    const next = runLayer(x, loaded);
    if (x !== input || !block.residual) dispose(x);
    x = next;
  }
  if (!block.residual) return x;
  const sum = add(x, input) as Tensor4D;
  dispose([x, input]);
  return sum;
}
