import { type NamedTensor, openSafetensors, type Safetensors } from '../safetensors.ts';
import { type Block, type Layer, weightShape } from './layer-table.ts';
import { packedOutput, packedShape, unpackWeights, weightSums } from './packed-weights.ts';
import type { Plan } from './plan.ts';
import type { ActivationQuantisation, Quantisation } from './quantisation.ts';

/**
 * The backbone's artifact: one safetensors file.
 *
 * Each layer L has three tensors: `L.scales` (F32, one an output channel),
 * `L.biases` (I32) and `L.weights` (I8, in the order of packed-weights.ts). A
 * weight's real value is its int8 value times its output channel's scale. All
 * layers' weights follow one another at the file's end, so that they are one
 * copy. The header's metadata carries the {@link ArtifactMetadata}, the layer
 * table, the {@link ActivationQuantisation} and the {@link Plan}, all in text.
 *
 * A bias is folded: what the int8 kernels' sums begin with, where activations
 * are stored as value + 128. It is the real bias over input scale times weight
 * scale, less (input zero point + 128) times the sum of the output's weights.
 */

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
  /**
   * Hex SHA-256 over the layer table's JSON text, then the {@link layerTensors}
   * of all layers. Names the weights, however the file holds them: models that
   * users trained on them stay theirs when the format changes.
   */
  readonly sha256: string;
}

/** The weights of one layer, as float32 arithmetic and other tools see them. */
export interface LayerWeights {
  /** HWIO, see {@link weightShape}. */
  readonly weights: Int8Array;
  /** Of the weights, one an output channel. */
  readonly scales: Float32Array;
  /** Real values. */
  readonly biases: Float32Array;
}

/** The weights of one layer as the int8 kernels read them: views of the artifact's bytes. */
export interface PackedLayer {
  readonly weights: Int8Array;
  readonly scales: Float32Array;
  /** Folded. */
  readonly biases: Int32Array;
}

/** What one output's logit is made from: the embedding times the weights, plus the bias. */
export interface OutputWeights {
  /** Real values, one a channel of the embedding. */
  readonly weights: Float32Array;
  readonly bias: number;
}

/** Stored activations are int8 + 128 where biases are folded. */
export const foldedOffset = 128;

export interface Artifact {
  readonly metadata: ArtifactMetadata;
  /** The layer table, in order of execution; the last block is the classifier. */
  readonly blocks: readonly Block[];
  readonly activations: ActivationQuantisation;
  readonly plan: Plan;
  /**
   * Unpacks a layer's weights, which takes milliseconds; the copy is the caller's.
   *
   * @throws Error where no layer has this name
   */
  weightsOf(layer: Layer): LayerWeights;
  /** @throws Error where no layer has this name */
  packedOf(layer: Layer): PackedLayer;
  /**
   * The real weights and bias of one output of a pointwise layer.
   *
   * @throws Error where no layer has this name
   */
  outputOf(layer: Layer, output: number): OutputWeights;
  /** How a layer's input is quantised. */
  inputOf(layer: Layer): Quantisation;
  /** All layers' packed weights, in the order of the layer table: a view of the artifact's bytes. */
  readonly packedWeights: Int8Array;
}

export const artifactFormat = 'petal-backbone/2';

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
  // Petal's own file needs no bounds, and a bounded reader that runs for the first time takes 20 ms.
  const file = openSafetensors(buffer, (header) => JSON.parse(new TextDecoder().decode(header)));
  const {
    blocks: blocksText,
    activations: activationsText,
    plan: planText,
    ...metadata
  } = file.metadata;
  if (
    metadata.format !== artifactFormat ||
    blocksText === undefined ||
    activationsText === undefined ||
    planText === undefined
  ) {
    throw new Error(
      `The artifact has the format ${metadata.format ?? 'of another program'}; this version of Petal reads ${artifactFormat}.`,
    );
  }
  const blocks = parseBlocks(blocksText);
  const activations = parseTable<ActivationQuantisation>(activationsText);
  const inputs = layerInputs(blocks, activations);

  function packedOf(layer: Layer): PackedLayer {
    const { name, outputChannels } = layer;
    return {
      weights: file.int8(`${name}.weights`, packedShape(layer)),
      scales: file.float32(`${name}.scales`, [outputChannels]),
      biases: file.int32(`${name}.biases`, [outputChannels]),
    };
  }

  function inputOf({ name }: Layer): Quantisation {
    const input = inputs.get(name);
    if (input === undefined) throw new Error(`The artifact has no layer named ${name}.`);
    return input;
  }

  return {
    metadata: {
      ...(metadata as unknown as ArtifactMetadata),
      inputSize: Number(metadata.inputSize),
      labelCount: Number(metadata.labelCount),
    },
    blocks,
    activations,
    plan: parseTable<Plan>(planText),
    packedOf,
    inputOf,
    get packedWeights() {
      return joinedViews(
        blocks.flatMap(({ layers }) => layers).map((layer) => packedOf(layer).weights),
      );
    },
    weightsOf(layer) {
      const { weights, scales, biases } = packedOf(layer);
      const input = inputOf(layer);
      const sums = weightSums(layer, weights);
      return {
        weights: unpackWeights(layer, weights),
        scales,
        biases: biases.reduce((reals, bias, i) => {
          reals[i] = realBias(unfoldedBias(bias, sums[i], input), scales[i], input);
          return reals;
        }, new Float32Array(biases.length)),
      };
    },
    outputOf(layer, output) {
      const { weights, scales, biases } = packedOf(layer);
      const input = inputOf(layer);
      const int8 = packedOutput(layer, weights, output);
      const sum = int8.reduce((total, weight) => total + weight, 0);
      return {
        weights: Float32Array.from(int8, (weight) => weight * scales[output]),
        bias: realBias(unfoldedBias(biases[output], sum, input), scales[output], input),
      };
    },
  };
}

/** @see Artifact */
export function foldedBias(bias: number, weightSum: number, { zeroPoint }: Quantisation): number {
  return bias - (zeroPoint + foldedOffset) * weightSum;
}

export function unfoldedBias(
  folded: number,
  weightSum: number,
  { zeroPoint }: Quantisation,
): number {
  return folded + (zeroPoint + foldedOffset) * weightSum;
}

/** An int32 bias's real value, in float32: its scale is the input's times the weights'. */
export function realBias(bias: number, weightScale: number, { scale }: Quantisation): number {
  return Math.fround(bias * Math.fround(scale * weightScale));
}

/** How each layer's input is quantised, by the layer's name. */
export function layerInputs(
  blocks: readonly Block[],
  { input, layers, sums, embedding }: ActivationQuantisation,
): Map<string, Quantisation> {
  const inputs = new Map<string, Quantisation>();
  let current = input;
  for (const [i, block] of blocks.entries()) {
    // The classifier sees the mean of what is before it.
    if (i === blocks.length - 1) current = embedding;
    for (const { name } of block.layers) {
      inputs.set(name, current);
      current = layers[name];
    }
    if (block.residual) current = sums[block.name];
  }
  return inputs;
}

/** One view of views that follow one another in the same buffer. */
function joinedViews(views: readonly Int8Array[]): Int8Array {
  const [first] = views;
  const bytes = views.reduce((total, { length }) => total + length, 0);
  const isJoined = views.every(
    ({ byteOffset, length }, i) =>
      i + 1 === views.length || byteOffset + length === views[i + 1].byteOffset,
  );
  if (first === undefined || !isJoined) {
    throw new Error('The artifact is damaged: its weights do not follow one another.');
  }
  return new Int8Array(first.buffer, first.byteOffset, bytes);
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

/** What was written with the layer table, by the same program. */
function parseTable<Table>(text: string): Table {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('The artifact is damaged: one of its tables is not JSON.', { cause });
  }
}

function parseBlocks(text: string): Block[] {
  const blocks = parseTable<unknown>(text);
  if (!Array.isArray(blocks) || !blocks.every((block) => Array.isArray(block?.layers))) {
    throw new Error('The artifact is damaged: its layer table is not one.');
  }
  return blocks as Block[];
}
