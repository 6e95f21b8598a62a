import { inputSize, labelCount, mobilenetV2 } from '../../model/mobilenet-v2.ts';
import { writeArtifact } from '../../model/write-artifact.ts';
import { type Layer, type LayerWeights, weightShape } from '../../src/mobilenet/artifact.ts';
import { seededRandom } from '../../src/seeded-random.ts';

/** Weights that keep the activations' size from layer to layer (https://arxiv.org/abs/1502.01852). */
function randomWeights(layer: Layer, random: () => number): LayerWeights {
  const shape = weightShape(layer);
  const length = shape.reduce((product, side) => product * side, 1);
  const fanIn = shape[0] * shape[1] * (layer.kind === 'depthwise' ? 1 : shape[2]);
  // Uniform in -127..127 has a standard deviation of 127 / sqrt(3).
  const scale = (Math.sqrt(2 / fanIn) * Math.sqrt(3)) / 127;
  return {
    weights: Int8Array.from({ length }, () => Math.round(random() * 254 - 127)),
    scales: Float32Array.from({ length: layer.outputChannels }, () => scale),
    biases: Float32Array.from({ length: layer.outputChannels }, () => random() * 0.2 - 0.1),
  };
}

/**
 * A network of MobileNetV2's architecture with random weights, for tests on a
 * machine that can't obtain the trained ones. Its answers mean nothing.
 */
export function seededArtifact(seed: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed);
  return writeArtifact(
    {
      model: 'mobilenet_v2_1.0_224',
      inputSize,
      labelCount,
      license: 'Apache-2.0',
      source: 'https://example.com/random-weights',
      sourceSha256: '0'.repeat(64),
    },
    mobilenetV2(),
    (layer) => randomWeights(layer, random),
  );
}
