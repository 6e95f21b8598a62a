import type { Artifact, OutputWeights } from './artifact.ts';

/**
 * The classifier's weights of one output, turned into float32 exactly as the
 * network has them. Read from the artifact each time (5 kB), so that no float
 * copy of all outputs' weights (5 MB) is kept beside the backend's own.
 *
 * @param output 0 is "background"
 * @throws RangeError where the network has no such output
 */
export function classifierWeights(artifact: Artifact, output: number): OutputWeights {
  const layer = artifact.blocks.at(-1)?.layers.at(-1);
  if (layer === undefined) throw new Error('The network has no layers.');
  const { outputChannels } = layer;
  if (!Number.isInteger(output) || output < 0 || output >= outputChannels) {
    throw new RangeError(
      `Expected an output from 0 to ${outputChannels - 1} but received ${output}.`,
    );
  }
  return artifact.outputOf(layer, output);
}
