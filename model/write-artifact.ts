import { createHash } from 'node:crypto';
import {
  type ArtifactMetadata,
  artifactFormat,
  type Block,
  type Layer,
  type LayerWeights,
  type SafetensorsHeader,
  weightShape,
} from '../src/mobilenet/artifact.ts';

/** What the writer is told; the rest of the metadata it finds out itself. */
export type ArtifactOrigin = Omit<ArtifactMetadata, 'format' | 'sha256'>;

/** safetensors wants its data aligned; 8 suits every type that an artifact holds. */
const alignment = 8;

interface Entry {
  name: string;
  dtype: 'I8' | 'F32';
  shape: number[];
  bytes: Uint8Array;
}

function bytesOf(values: Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * Writes an artifact. The same input gives the same bytes: nothing of the
 * time, the machine or the order of a map goes in.
 *
 * @param blocks the layer table
 * @param weightsOf a layer's weights, HWIO
 */
export function writeArtifact(
  origin: ArtifactOrigin,
  blocks: Block[],
  weightsOf: (layer: Layer) => LayerWeights,
): Uint8Array<ArrayBuffer> {
  // Floats first, so that all of them are aligned without padding between.
  const floats: Entry[] = [];
  const ints: Entry[] = [];
  for (const layer of blocks.flatMap((block) => block.layers)) {
    const { weights, scales, biases } = weightsOf(layer);
    const shape = [layer.outputChannels];
    floats.push(
      { name: `${layer.name}.scales`, dtype: 'F32', shape, bytes: bytesOf(scales) },
      { name: `${layer.name}.biases`, dtype: 'F32', shape, bytes: bytesOf(biases) },
    );
    ints.push({
      name: `${layer.name}.weights`,
      dtype: 'I8',
      shape: weightShape(layer),
      bytes: bytesOf(weights),
    });
  }
  const entries = [...floats, ...ints];
  const blocksText = JSON.stringify(blocks);
  const hash = createHash('sha256').update(blocksText);
  for (const { bytes } of entries) hash.update(bytes);

  const header: SafetensorsHeader = {
    __metadata__: {
      ...Object.fromEntries(Object.entries(origin).map(([key, value]) => [key, String(value)])),
      format: artifactFormat,
      sha256: hash.digest('hex'),
      blocks: blocksText,
    },
  };
  let dataBytes = 0;
  for (const { name, dtype, shape, bytes } of entries) {
    header[name] = { dtype, shape, data_offsets: [dataBytes, dataBytes + bytes.length] };
    dataBytes += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / alignment) * alignment;
  const file = new Uint8Array(8 + headerBytes + dataBytes);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.set(text, 8);
  // The format pads its header with spaces, which JSON ignores.
  file.fill(0x20, 8 + text.length, 8 + headerBytes);
  let at = 8 + headerBytes;
  for (const { bytes } of entries) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}
