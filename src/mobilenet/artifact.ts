/**
 * The backbone's artifact: one file in the safetensors format (8 bytes of
 * header length, a JSON header, the tensors' bytes), so that other tools can
 * open it. https://huggingface.co/docs/safetensors describes the format.
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

/** One tensor's row in a safetensors header; offsets count from the end of the header. */
export interface TensorRow {
  dtype: 'I8' | 'F32';
  shape: number[];
  data_offsets: [number, number];
}

/** A safetensors header: the metadata under its reserved name, then a row a tensor. */
export interface SafetensorsHeader {
  __metadata__: Record<string, string>;
  [tensor: string]: TensorRow | Record<string, string>;
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
  const view = new DataView(buffer);
  if (buffer.byteLength < 8) throw new Error('The artifact is empty or cut short.');
  // The length is a u64; the upper half of a file of a few megabytes is zero.
  const headerBytes = view.getUint32(0, true);
  const dataStart = 8 + headerBytes;
  if (view.getUint32(4, true) !== 0 || dataStart > buffer.byteLength || dataStart % 8 !== 0) {
    throw new Error('The artifact is not a safetensors file, or it is cut short.');
  }
  const header = parseHeader(new Uint8Array(buffer, 8, headerBytes));
  const { blocks: blocksText, ...metadata } = header.__metadata__;
  if (metadata.format !== artifactFormat || blocksText === undefined) {
    throw new Error(
      `The artifact has the format ${metadata.format ?? 'of another program'}; this version of Petal reads ${artifactFormat}.`,
    );
  }
  const blocks = parseBlocks(blocksText);

  function rangeOf(name: string, dtype: TensorRow['dtype'], elements: number): [number, number] {
    const row = header[name] as TensorRow | undefined;
    const bytesPerElement = dtype === 'I8' ? 1 : 4;
    const [start, end] = row?.data_offsets ?? [-1, -1];
    const isRange =
      Number.isInteger(start) &&
      start >= 0 &&
      start % bytesPerElement === 0 &&
      end - start === elements * bytesPerElement;
    if (row?.dtype !== dtype || !isRange) {
      throw new Error(`The artifact's tensor ${name} is missing or has another type or size.`);
    }
    if (dataStart + end > buffer.byteLength) {
      throw new Error(`The artifact is cut short: its tensor ${name} is not all there.`);
    }
    return [dataStart + start, elements];
  }

  return {
    metadata: {
      ...(metadata as unknown as ArtifactMetadata),
      inputSize: Number(metadata.inputSize),
      labelCount: Number(metadata.labelCount),
    },
    blocks,
    weightsOf(layer) {
      const { name, outputChannels } = layer;
      const elements = weightShape(layer).reduce((product, length) => product * length, 1);
      return {
        weights: new Int8Array(buffer, ...rangeOf(`${name}.weights`, 'I8', elements)),
        scales: new Float32Array(buffer, ...rangeOf(`${name}.scales`, 'F32', outputChannels)),
        biases: new Float32Array(buffer, ...rangeOf(`${name}.biases`, 'F32', outputChannels)),
      };
    },
  };
}

/** Both parts of the header are JSON that {@link openArtifact}'s counterpart wrote. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('The artifact is damaged: its header is not JSON.', { cause });
  }
}

function parseHeader(bytes: Uint8Array): SafetensorsHeader {
  const header = parseJson(new TextDecoder().decode(bytes)) as SafetensorsHeader | null;
  if (typeof header?.__metadata__ !== 'object') {
    throw new Error('The artifact is a safetensors file of another program: it has no metadata.');
  }
  return header;
}

function parseBlocks(text: string): Block[] {
  const blocks = parseJson(text);
  if (!Array.isArray(blocks) || !blocks.every((block) => Array.isArray(block?.layers))) {
    throw new Error('The artifact is damaged: its layer table is not one.');
  }
  return blocks as Block[];
}
