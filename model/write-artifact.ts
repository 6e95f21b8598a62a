import { createHash } from 'node:crypto';
import {
  type Artifact,
  type ArtifactMetadata,
  artifactFormat,
  foldedBias,
  layerInputs,
  layerTensors,
  realBias,
  unfoldedBias,
} from '../src/mobilenet/artifact.ts';
import type { Block, Layer } from '../src/mobilenet/layer-table.ts';
import {
  packedShape,
  packWeights,
  unpackWeights,
  weightSums,
} from '../src/mobilenet/packed-weights.ts';
import type { Plan } from '../src/mobilenet/plan.ts';
import type { ActivationQuantisation, Quantisation } from '../src/mobilenet/quantisation.ts';
import { bytesOf, type NamedTensor, writeSafetensors } from '../src/safetensors.ts';

/** What the writer is told; the rest of the metadata it finds out itself. */
export type ArtifactOrigin = Omit<ArtifactMetadata, 'format' | 'sha256'>;

/** A layer as int8 arithmetic has it. */
export interface QuantisedLayer {
  /** HWIO. */
  readonly weights: Int8Array;
  /** Of the weights, one an output channel. */
  readonly scales: Float32Array;
  /** In units of input scale times weight scale. */
  readonly biases: Int32Array;
}

/** A network as int8 arithmetic has it. */
export interface QuantisedNetwork {
  /** The layer table. */
  readonly blocks: readonly Block[];
  readonly activations: ActivationQuantisation;
  layerOf(layer: Layer): QuantisedLayer;
}

/** A layer of an artifact as it was written. */
export function quantisedLayerOf(artifact: Artifact, layer: Layer): QuantisedLayer {
  const { weights, scales, biases } = artifact.packedOf(layer);
  const input = artifact.inputOf(layer);
  const sums = weightSums(layer, weights);
  return {
    weights: unpackWeights(layer, weights),
    scales,
    biases: biases.map((bias, i) => unfoldedBias(bias, sums[i], input)),
  };
}

/**
 * Writes an artifact. The same input gives the same bytes: nothing of the
 * time, the machine or the order of a map goes in.
 *
 * @param plan of the network's kernels
 */
export function writeArtifact(
  origin: ArtifactOrigin,
  { blocks, activations, layerOf }: QuantisedNetwork,
  plan: Plan,
): Uint8Array<ArrayBuffer> {
  const inputs = layerInputs(blocks, activations);
  const layers = blocks
    .flatMap((block) => block.layers)
    .map((layer) => ({
      layer,
      quantised: layerOf(layer),
      input: inputs.get(layer.name) ?? activations.input,
    }));
  const blocksText = JSON.stringify(blocks);
  return writeSafetensors(
    {
      ...Object.fromEntries(Object.entries(origin).map(([key, value]) => [key, String(value)])),
      format: artifactFormat,
      sha256: hashOf(blocksText, layers),
      blocks: blocksText,
      activations: JSON.stringify(activations),
      plan: JSON.stringify(plan),
    },
    [...layers.flatMap(channelTensors), ...layers.map(weightTensor)],
  );
}

interface LayerToWrite {
  readonly layer: Layer;
  readonly quantised: QuantisedLayer;
  readonly input: Quantisation;
}

/** @see ArtifactMetadata.sha256 */
function hashOf(blocksText: string, layers: readonly LayerToWrite[]): string {
  const byName = new Map(layers.map((each) => [each.layer.name, each]));
  const tensors = layerTensors(
    layers.map(({ layer }) => layer),
    ({ name }) => {
      const { quantised, input } = byName.get(name) as LayerToWrite;
      const { weights, scales, biases } = quantised;
      const reals = Float32Array.from(biases, (bias, i) => realBias(bias, scales[i], input));
      return { weights, scales, biases: reals };
    },
  );
  const hash = createHash('sha256').update(blocksText);
  for (const { values } of tensors) hash.update(bytesOf(values));
  return hash.digest('hex');
}

function weightTensor({ layer, quantised }: LayerToWrite): NamedTensor {
  return {
    name: `${layer.name}.weights`,
    shape: packedShape(layer),
    values: packWeights(layer, quantised.weights),
  };
}

function channelTensors({ layer, quantised, input }: LayerToWrite): NamedTensor[] {
  const { weights, scales, biases } = quantised;
  const sums = weightSums(layer, packWeights(layer, weights));
  const shape = [layer.outputChannels];
  return [
    { name: `${layer.name}.scales`, shape, values: scales },
    {
      name: `${layer.name}.biases`,
      shape,
      values: biases.map((bias, i) => foldedBias(bias, sums[i], input)),
    },
  ];
}
