import { createHash } from 'node:crypto';
import {
  type ArtifactMetadata,
  artifactFormat,
  type Block,
  type Layer,
  type LayerWeights,
  layerTensors,
} from '../src/mobilenet/artifact.ts';
import { bytesOf, writeSafetensors } from '../src/safetensors.ts';

/** What the writer is told; the rest of the metadata it finds out itself. */
export type ArtifactOrigin = Omit<ArtifactMetadata, 'format' | 'sha256'>;

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
  const tensors = layerTensors(
    blocks.flatMap((block) => block.layers),
    weightsOf,
  );
  const blocksText = JSON.stringify(blocks);
  const hash = createHash('sha256').update(blocksText);
  for (const { values } of tensors) hash.update(bytesOf(values));
  return writeSafetensors(
    {
      ...Object.fromEntries(Object.entries(origin).map(([key, value]) => [key, String(value)])),
      format: artifactFormat,
      sha256: hash.digest('hex'),
      blocks: blocksText,
    },
    tensors,
  );
}
