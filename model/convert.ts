/** The artifact that the manifest's file becomes. */
import { openArtifact } from '../src/mobilenet/artifact.ts';
import type { Layer } from '../src/mobilenet/layer-table.ts';
import type { Manifest } from './manifest.ts';
import { inputSize, labelCount, mobilenetV2 } from './mobilenet-v2.ts';
import { planArena } from './plan-arena.ts';
import { readMobilenetV2 } from './tflite.ts';
import { type ArtifactOrigin, quantisedLayerOf, writeArtifact } from './write-artifact.ts';

function originOf(manifest: Manifest): ArtifactOrigin {
  return {
    model: manifest.model,
    inputSize,
    labelCount,
    license: manifest.license,
    source: manifest.sources[0],
    sourceSha256: manifest.sha256,
  };
}

/**
 * Converts the weights. The same input gives the same bytes.
 *
 * @param tflite the manifest's file, verified
 * @returns the whole artifact
 * @throws Error where the file holds another network, naming the first difference
 */
export function convert(manifest: Manifest, tflite: Uint8Array): Uint8Array<ArrayBuffer> {
  const plan = planArena(mobilenetV2(), inputSize);
  return writeArtifact(originOf(manifest), readMobilenetV2(tflite), plan);
}

/**
 * Whether an artifact is the one that {@link convert} would make, apart from
 * the weights' values, of which only the hash in it vouches.
 *
 * Writes what the artifact holds once more, and compares: the writer works out
 * the hash from the weights, and has no choice in anything else. That finds
 * another format, another source and any damage, in the header too, which the
 * hash does not cover.
 *
 * @param artifact the whole file
 */
export function isCurrent(manifest: Manifest, artifact: Uint8Array<ArrayBuffer>): boolean {
  try {
    // A copy, since the weights are views that must begin at a multiple of 4.
    const opened = openArtifact(new Uint8Array(artifact).buffer);
    const network = {
      blocks: mobilenetV2(),
      activations: opened.activations,
      layerOf: (layer: Layer) => quantisedLayerOf(opened, layer),
    };
    const plan = planArena(network.blocks, inputSize);
    const again = writeArtifact(originOf(manifest), network, plan);
    return Buffer.compare(again, artifact) === 0;
  } catch {
    // Whatever is wrong with it, it is made anew.
    return false;
  }
}
