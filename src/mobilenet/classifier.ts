import type { Artifact } from './artifact.ts';

/** What the classifier makes one output's logit from: the embedding times the weights, plus the bias. */
export interface OutputWeights {
  /** One a channel of the embedding. */
  readonly weights: Float32Array;
  readonly bias: number;
}

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
  const { inputChannels, outputChannels } = layer;
  if (!Number.isInteger(output) || output < 0 || output >= outputChannels) {
    throw new RangeError(
      `Expected an output from 0 to ${outputChannels - 1} but received ${output}.`,
    );
  }
  const { weights, scales, biases } = artifact.weightsOf(layer);
  const scale = scales[output];
  return {
    // A pointwise layer's weights are [inputs, outputs]: one output's are a column.
    weights: Float32Array.from(
      { length: inputChannels },
      (_, channel) => weights[channel * outputChannels + output] * scale,
    ),
    bias: biases[output],
  };
}
