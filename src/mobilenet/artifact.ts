import { type NamedTensor, openSafetensors, type Safetensors } from '../safetensors.ts';

/**
 * The backbone's artifact: one safetensors file.
 *
 * Each layer L has three tensors: `L.weights` (I8, HWIO: [height, width,
 * inputs, outputs], or [height, width, channels, 1] for depthwise), `L.scales`
 * (F32, one an output channel) and `L.biases` (F32). A weight's real value is
 * its int8 value times its output channel's scale. The header's metadata
 * carries the {@link ArtifactMetadata}, everything in text.
 */

/** What a convolution of MobileNetV2 is: 3x3 over all channels, 1x1, or 3x3 on each channel alone. */
export const layerKinds = ['stem', 'pointwise', 'depthwise'] as const;
export type LayerKind = (typeof layerKinds)[number];

/** One convolution with its bias, batch normalisation folded in, `same` padding. */
export interface Layer {
  readonly name: string;
  readonly kind: LayerKind;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly stride: 1 | 2;
  readonly activation: 'relu6' | 'linear';
}

/** Layers that run one after another; a residual block adds its own input to what comes out. */
export interface Block {
  readonly name: string;
  readonly residual: boolean;
  readonly layers: readonly Layer[];
}

/** Where a network comes from and what it is; goes into the artifact and out of GET /v1/models. */
export interface ArtifactMetadata {
  /** Version of this file's layout. Other values are refused. */
  readonly format: typeof artifactFormat;
  readonly model: string;
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** Classes that can be predicted: the outputs without "background". */
  readonly labelCount: number;
  /** SPDX identifier. */
  readonly license: string;
  /** Public address of the file that the artifact was converted from. */
  readonly source: string;
  readonly sourceSha256: string;
  /** Hex SHA-256 over the layer table's JSON text, then the tensors' bytes. */
  readonly sha256: string;
}

/** The weights of one layer: views of the artifact's bytes. */
export interface LayerWeights {
  readonly weights: Int8Array;
  readonly scales: Float32Array;
  readonly biases: Float32Array;
}

export interface Artifact {
  readonly metadata: ArtifactMetadata;
  /** The layer table, in order of execution; the last block is the classifier. */
  readonly blocks: readonly Block[];
  /** @throws Error where no layer has this name */
  weightsOf(layer: Layer): LayerWeights;
}

export const artifactFormat = 'petal-backbone/1';

/** Shape of a layer's weights, HWIO; depthwise filters are [3, 3, channels, 1]. */
export function weightShape(layer: Layer): [number, number, number, number] {
  if (layer.kind === 'pointwise') return [1, 1, layer.inputChannels, layer.outputChannels];
  if (layer.kind === 'depthwise') return [3, 3, layer.inputChannels, 1];
  return [3, 3, layer.inputChannels, layer.outputChannels];
}

/**
 * Opens an artifact. Copies nothing: the weights are views of `buffer`, which
 * must live as long as they are used.
 *
 * Checks the layout, not the hash: what is bundled was verified when it was
 * made, and hashing is asynchronous, which a Worker's start-up is not.
 *
 * @param buffer the whole file
 * @throws Error with a sentence where the file is not such an artifact
 */
export function openArtifact(buffer: ArrayBuffer): Artifact {
  const file = openSafetensors(buffer);
  const { blocks: blocksText, ...metadata } = file.metadata;
  if (metadata.format !== artifactFormat || blocksText === undefined) {
    throw new Error(
      `The artifact has the format ${metadata.format ?? 'of another program'}; this version of Petal reads ${artifactFormat}.`,
    );
  }
  return {
    metadata: {
      ...(metadata as unknown as ArtifactMetadata),
      inputSize: Number(metadata.inputSize),
      labelCount: Number(metadata.labelCount),
    },
    blocks: parseBlocks(blocksText),
    weightsOf: (layer) => layerWeights(file, layer),
  };
}

/**
 * A layer's weights in a file that names its tensors as artifacts do: views of
 * the file's bytes.
 *
 * @throws Error where the file has none of this layer, or of another shape
 */
export function layerWeights(file: Safetensors, layer: Layer): LayerWeights {
  const { name, outputChannels } = layer;
  return {
    weights: file.int8(`${name}.weights`, weightShape(layer)),
    scales: file.float32(`${name}.scales`, [outputChannels]),
    biases: file.float32(`${name}.biases`, [outputChannels]),
  };
}

/** The tensors of layers, as {@link layerWeights} reads them: floats first, so that all are aligned. */
export function layerTensors(
  layers: readonly Layer[],
  weightsOf: (layer: Layer) => LayerWeights,
): NamedTensor[] {
  const floats: NamedTensor[] = [];
  const ints: NamedTensor[] = [];
  for (const layer of layers) {
    const { weights, scales, biases } = weightsOf(layer);
    const shape = [layer.outputChannels];
    floats.push(
      { name: `${layer.name}.scales`, shape, values: scales },
      { name: `${layer.name}.biases`, shape, values: biases },
    );
    ints.push({ name: `${layer.name}.weights`, shape: weightShape(layer), values: weights });
  }
  return [...floats, ...ints];
}

function parseBlocks(text: string): Block[] {
  let blocks: unknown;
  try {
    blocks = JSON.parse(text);
  } catch (cause) {
    throw new Error('The artifact is damaged: its layer table is not JSON.', { cause });
  }
  if (!Array.isArray(blocks) || !blocks.every((block) => Array.isArray(block?.layers))) {
    throw new Error('The artifact is damaged: its layer table is not one.');
  }
  return blocks as Block[];
}
