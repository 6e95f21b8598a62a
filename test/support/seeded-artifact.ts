import { inputSize, labelCount, mobilenetV2 } from '../../model/mobilenet-v2.ts';
import { planArena } from '../../model/plan-arena.ts';
import { type QuantisedLayer, writeArtifact } from '../../model/write-artifact.ts';
import { layerInputs } from '../../src/mobilenet/artifact.ts';
import { type Block, type Layer, weightShape } from '../../src/mobilenet/layer-table.ts';
import type { ActivationQuantisation, Quantisation } from '../../src/mobilenet/quantisation.ts';
import { seededRandom } from '../../src/seeded-random.ts';

/** 0..6 in 256 steps. */
const relu6: Quantisation = { scale: 6 / 255, zeroPoint: -128 };
/** Wide enough for what random weights make of it. */
const linear: Quantisation = { scale: 0.25, zeroPoint: 3 };

function activationsOf(blocks: readonly Block[]): ActivationQuantisation {
  const layers = blocks.flatMap((block) => block.layers);
  const residuals = blocks.filter(({ residual }) => residual);
  return {
    input: { scale: 1 / 127.5, zeroPoint: -1 },
    layers: Object.fromEntries(
      layers.map(({ name, activation }) => [name, activation === 'relu6' ? relu6 : linear]),
    ),
    sums: Object.fromEntries(residuals.map(({ name }) => [name, linear])),
    embedding: relu6,
  };
}

/** Weights that keep the activations' size from layer to layer (https://arxiv.org/abs/1502.01852). */
function randomLayer(layer: Layer, input: Quantisation, random: () => number): QuantisedLayer {
  const shape = weightShape(layer);
  const length = shape.reduce((product, side) => product * side, 1);
  const fanIn = shape[0] * shape[1] * (layer.kind === 'depthwise' ? 1 : shape[2]);
  // Uniform in -127..127 has a standard deviation of 127 / sqrt(3).
  const scale = Math.fround((Math.sqrt(2 / fanIn) * Math.sqrt(3)) / 127);
  return {
    weights: Int8Array.from({ length }, () => Math.round(random() * 254 - 127)),
    scales: Float32Array.from({ length: layer.outputChannels }, () => scale),
    biases: Int32Array.from({ length: layer.outputChannels }, () =>
      Math.round((random() * 0.2 - 0.1) / (input.scale * scale)),
    ),
  };
}

/**
 * A network of MobileNetV2's architecture with random weights, for tests on a
 * machine that can't obtain the trained ones. Its answers mean nothing.
 */
export function seededArtifact(seed: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed);
  const blocks = mobilenetV2();
  const activations = activationsOf(blocks);
  const inputs = layerInputs(blocks, activations);
  return writeArtifact(
    {
      model: 'mobilenet_v2_1.0_224',
      inputSize,
      labelCount,
      license: 'Apache-2.0',
      source: 'https://example.com/random-weights',
      sourceSha256: '0'.repeat(64),
    },
    {
      blocks,
      activations,
      layerOf: (layer) => randomLayer(layer, inputs.get(layer.name) ?? relu6, random),
    },
    planArena(blocks, inputSize),
  );
}
