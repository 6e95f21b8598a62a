import { type Artifact, foldedOffset, type PackedLayer } from './artifact.ts';
import type { KernelCall } from './int8-kernels.ts';
import type { Layer } from './layer-table.ts';
import { weightSums } from './packed-weights.ts';
import type { PlannedActivation, Step } from './plan.ts';
import { outputRange, type Quantisation, roundToEven } from './quantisation.ts';

/** Outputs whose first sums and multipliers stand together. */
const groupOutputs = 8;
const groupBytes = 64;

/** What the kernels are called with, one after another. */
export interface Int8Calls {
  /** By block, as the plan has them. */
  readonly blocks: readonly (readonly KernelCall[])[];
  /** From the last block's output to the embedding. */
  readonly pool: readonly KernelCall[];
  /** From the embedding to the probabilities. */
  readonly classify: readonly KernelCall[];
  /** How the blocks' outputs are quantised, by block. */
  readonly outputs: readonly Quantisation[];
}

/** The kernels' constants and calls, before it is known where the memory for them is. */
export interface PreparedCalls {
  readonly weightBytes: number;
  /** Writes weights, first sums, multipliers and the softmax's exponentials: one copy of the weights. */
  fill(memory: Uint8Array, address: number): void;
  callsAt(weightAddress: number, arenaAddress: number): Int8Calls;
}

/** Where a layer's constants are, from the first byte of all. */
interface LayerPlace {
  readonly layer: Layer;
  readonly packed: PackedLayer;
  readonly weights: number;
  readonly channels: number;
}

/** @param storedOffset what is added to int8 activations where they are stored */
export function prepareInt8Calls(artifact: Artifact, storedOffset: number): PreparedCalls {
  const { blocks, packedWeights, activations } = artifact;
  const places = new Map<string, LayerPlace>();
  const layers = blocks.flatMap((block) => block.layers);
  let channels = packedWeights.length;
  for (const layer of layers) {
    const packed = artifact.packedOf(layer);
    const weights = packed.weights.byteOffset - packedWeights.byteOffset;
    places.set(layer.name, { layer, packed, weights, channels });
    channels += Math.ceil(layer.outputChannels / groupOutputs) * groupBytes;
  }
  const exponentials = channels;

  return {
    weightBytes: exponentials + 4 * 256,
    fill(memory, address) {
      memory.set(
        new Uint8Array(packedWeights.buffer, packedWeights.byteOffset, packedWeights.length),
        address,
      );
      for (const place of places.values()) {
        writeChannels(artifact, place, storedOffset, memory, address + place.channels);
      }
      const logits = layers.at(-1)?.name ?? '';
      new Float32Array(memory.buffer, memory.byteOffset + address + exponentials, 256).set(
        exponentialsOf(activations.layers[logits]),
      );
    },
    callsAt: (weightAddress, arenaAddress) =>
      makeCalls(artifact, storedOffset, {
        arena: arenaAddress,
        exponentials: weightAddress + exponentials,
        placeOf(name) {
          const place = places.get(name);
          if (place === undefined) throw new Error(`The artifact has no layer named ${name}.`);
          const { layer, weights, channels } = place;
          return { layer, weights: weightAddress + weights, channels: weightAddress + channels };
        },
      }),
  };
}

/** [groups of 8 outputs]: int32 [8], what sums begin with; float32 [8], input scale * weight scale / output scale. */
function writeChannels(
  artifact: Artifact,
  { layer, packed }: LayerPlace,
  storedOffset: number,
  memory: Uint8Array,
  address: number,
): void {
  const words = Math.ceil(layer.outputChannels / groupOutputs) * (groupBytes / 4);
  const sums = new Int32Array(memory.buffer, memory.byteOffset + address, words).fill(0);
  const multipliers = new Float32Array(sums.buffer, sums.byteOffset, words);
  const { scale: inputScale } = artifact.inputOf(layer);
  const { scale: outputScale } = artifact.activations.layers[layer.name];
  const { scales, biases } = packed;
  const { fround } = Math;
  const unfolded = foldedOffset - storedOffset;
  const weights = unfolded === 0 ? undefined : weightSums(layer, packed.weights);
  for (let i = 0; i < layer.outputChannels; i++) {
    const at = Math.floor(i / groupOutputs) * 2 * groupOutputs + (i % groupOutputs);
    sums[at] = biases[i] + unfolded * (weights?.[i] ?? 0);
    multipliers[at + groupOutputs] = fround(fround(inputScale * scales[i]) / outputScale);
  }
}

/** exp(-scale * difference), by the difference of two int8 logits. */
function exponentialsOf({ scale }: Quantisation): Float32Array {
  return Float32Array.from({ length: 256 }, (_, difference) =>
    Math.exp(Math.fround(-scale * difference)),
  );
}

interface Addresses {
  readonly arena: number;
  readonly exponentials: number;
  placeOf(layer: string): { layer: Layer; weights: number; channels: number };
}

function makeCalls(artifact: Artifact, storedOffset: number, addresses: Addresses): Int8Calls {
  const { plan, activations, blocks } = artifact;
  const { arena } = addresses;
  const outputs: Quantisation[] = [];
  let current = activations.input;

  function callOf(step: Step, block: string, blockInput: Quantisation): KernelCall {
    if (step.kernel === 'add') {
      const output = activations.sums[block];
      const call = addCall(step, arena, storedOffset, blockInput, current, output);
      current = output;
      return call;
    }
    const { layer, weights, channels } = addresses.placeOf(step.layer);
    const output = activations.layers[layer.name];
    const { lowest, highest } = outputRange(output, layer.activation);
    const padding = current.zeroPoint + storedOffset;
    const range = [output.zeroPoint, lowest, highest];
    current = output;
    const x = arena + step.input.place;
    const y = arena + step.output.place;
    const { side } = step.input;
    if (step.kernel === 'stem') {
      const padded = arena + step.padded;
      return {
        kernel: 'Int8Stem',
        parameters: [
          x,
          side,
          padded,
          y,
          layer.outputChannels,
          weights,
          channels,
          padding,
          ...range,
        ],
      };
    }
    if (step.kernel === 'depthwise') {
      const zeros = arena + step.zeros;
      const size = [side, step.input.channels, layer.stride];
      return {
        kernel: 'Int8DepthwiseConv2d',
        parameters: [x, ...size, zeros, y, weights, channels, padding, ...range],
      };
    }
    return pointwiseCall(step, layer, arena, [weights, channels, ...range]);
  }

  const blockCalls = plan.blocks.map(({ name, steps }) => {
    const input = current;
    const calls = steps.map((step) => callOf(step, name, input));
    outputs.push(current);
    return calls;
  });
  const features = plan.blocks.at(-1)?.output ?? plan.pixels;
  const classifier = addresses.placeOf(blocks.at(-1)?.layers.at(-1)?.name ?? '');
  const logits = activations.layers[classifier.layer.name];
  const { lowest, highest } = outputRange(logits, classifier.layer.activation);
  const constants = [classifier.weights, classifier.channels, logits.zeroPoint, lowest, highest];
  return {
    blocks: blockCalls,
    outputs,
    pool: [poolCall(features, plan.embedding, arena, storedOffset, current, activations.embedding)],
    classify: [
      pointwiseCall(
        { input: plan.embedding, output: plan.logits },
        classifier.layer,
        arena,
        constants,
      ),
      {
        kernel: 'Int8Softmax',
        parameters: [
          arena + plan.logits.place,
          plan.logits.channels,
          addresses.exponentials,
          arena + plan.probabilities,
        ],
      },
    ],
  };
}

/** @param constants from the weights' address on */
function pointwiseCall(
  { input, output }: { input: PlannedActivation; output: PlannedActivation },
  { outputChannels }: Layer,
  arena: number,
  constants: readonly number[],
): KernelCall {
  const { side, channels } = input;
  const rows = side * side;
  return {
    kernel: 'Int8PointwiseConv2d',
    parameters: [
      ...[arena + input.place, channels, 1, channels, 0],
      ...[arena + output.place, rows, outputChannels],
      ...constants,
    ],
  };
}

/** How two scales become integers: XNNPACK's xnn_init_qs8_add_minmax_scalar_params (src/microparams-init.c). */
function addCall(
  { input, addend, output }: Extract<Step, { kernel: 'add' }>,
  arena: number,
  storedOffset: number,
  first: Quantisation,
  second: Quantisation,
  { scale, zeroPoint }: Quantisation,
): KernelCall {
  const ratios = [first, second].map((each) => Math.fround(each.scale / scale));
  // The larger ratio's leading bit becomes bit 20.
  const shift = 20 - Math.floor(Math.log2(Math.max(...ratios)));
  const [a, b] = ratios.map((ratio) => roundToEven(ratio * 2 ** shift));
  const bias =
    2 ** (shift - 1) - a * (first.zeroPoint + storedOffset) - b * (second.zeroPoint + storedOffset);
  const length = output.side * output.side * output.channels;
  return {
    kernel: 'Int8Add',
    parameters: [
      ...[arena + input.place, arena + addend.place, arena + output.place, length],
      ...[bias, a, b, shift, zeroPoint],
    ],
  };
}

function poolCall(
  from: PlannedActivation,
  to: PlannedActivation,
  arena: number,
  storedOffset: number,
  input: Quantisation,
  output: Quantisation,
): KernelCall {
  const positions = from.side * from.side;
  const multiplier = Math.fround(input.scale / Math.fround(output.scale * positions));
  const bias = -positions * (input.zeroPoint + storedOffset);
  return {
    kernel: 'Int8AveragePool',
    parameters: [
      ...[arena + from.place, positions, from.channels, arena + to.place],
      ...[bias, multiplier, output.zeroPoint],
    ],
  };
}
