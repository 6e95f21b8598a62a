/**
 * Reads MobileNetV2's layers out of a .tflite file, and refuses any other
 * network with a sentence that says what differs.
 */
import type { Block, Layer, LayerKind } from '../src/mobilenet/layer-table.ts';
import type { ActivationQuantisation, Quantisation } from '../src/mobilenet/quantisation.ts';
import { inputSize, mobilenetV2 } from './mobilenet-v2.ts';
import {
  readTflite,
  type TfliteGraph,
  type TfliteOperator,
  type TfliteTensor,
} from './tflite-schema.ts';
import type { QuantisedLayer, QuantisedNetwork } from './write-artifact.ts';

const operatorOf = {
  stem: 'CONV_2D',
  pointwise: 'CONV_2D',
  depthwise: 'DEPTHWISE_CONV_2D',
} as const satisfies Record<LayerKind, TfliteOperator['name']>;

const activationOf = { linear: 'none', relu6: 'relu6' } as const satisfies Record<
  Layer['activation'],
  string
>;

/** Only changes how the values that pass through are written. */
const passive = 'QUANTIZE' satisfies TfliteOperator['name'];

/** How every refusal begins. */
const refusal = `This is not MobileNetV2 1.0 at ${inputSize}`;

/**
 * @param bytes the whole .tflite file
 * @returns the network of {@link mobilenetV2}'s table
 * @throws Error where the file holds another network, naming the first difference
 */
export function readMobilenetV2(bytes: Uint8Array): QuantisedNetwork {
  const graph = readTflite(bytes);
  expectEqual('input shape', graph.tensors[graph.inputs[0]]?.shape, [1, inputSize, inputSize, 3]);

  const blocks = mobilenetV2();
  const operators = new OperatorChain(graph);
  const layers = new Map<string, QuantisedLayer>();
  const outputs: Record<string, Quantisation> = {};
  const sums: Record<string, Quantisation> = {};
  operators.skipPassive();
  const input = readActivation(graph, operators.output, 'the input');
  let embedding = input;
  for (const block of blocks) {
    if (block.name === 'classifier') {
      readPooling(graph, operators);
      embedding = readActivation(graph, operators.output, 'the pooling');
    }
    const blockInput = operators.output;
    for (const layer of block.layers) {
      const operator = operators.next(operatorOf[layer.kind], `layer ${layer.name}`);
      const { scale } = readActivation(graph, operator.inputs[0], `the input of ${layer.name}`);
      layers.set(layer.name, readLayer(graph, operator, layer, scale));
      outputs[layer.name] = readActivation(graph, operators.output, `layer ${layer.name}`);
    }
    if (block.residual) {
      readAddition(operators, block, blockInput);
      sums[block.name] = readActivation(graph, operators.output, `the residual of ${block.name}`);
    }
  }
  operators.next('RESHAPE', 'the output');
  operators.next('SOFTMAX', 'the output');
  operators.expectEnd();

  const activations: ActivationQuantisation = { input, layers: outputs, sums, embedding };
  return {
    blocks,
    activations,
    layerOf(layer) {
      const found = layers.get(layer.name);
      if (found === undefined) throw new Error(`MobileNetV2 has no layer named ${layer.name}.`);
      return found;
    },
  };
}

function readPooling(graph: TfliteGraph, operators: OperatorChain): void {
  const mean = operators.next('MEAN', 'the pooling');
  const axes = constant(graph, mean.inputs[1], 'the axes of the pooling', 'int32');
  expectEqual('the axes of the pooling', int32s(axes), [1, 2]);
}

function readAddition(operators: OperatorChain, block: Block, blockInput: number): void {
  const add = operators.next('ADD', `the residual of ${block.name}`);
  if (!add.inputs.includes(blockInput)) {
    throw new Error(`${refusal}: ${block.name} does not add its own input.`);
  }
  expectEqual(`the activation of the residual of ${block.name}`, add.activation, 'none');
}

/** How an activation is quantised. */
function readActivation(graph: TfliteGraph, index: number, what: string): Quantisation {
  const tensor = graph.tensors[index];
  expectEqual(`${what}: type`, tensor?.type, 'int8');
  const { scales, zeroPoints } = tensor.quantization;
  expectEqual(`${what}: number of scales`, scales.length, 1);
  return { scale: scales[0], zeroPoint: zeroPoints[0] ?? 0 };
}

/** Walks the operators in order, each of which has to take the former one's output. */
class OperatorChain {
  readonly #operators: TfliteOperator[];
  #at = 0;
  /** Index of the tensor that the last operator wrote. */
  output: number;

  constructor(graph: TfliteGraph) {
    this.#operators = graph.operators;
    this.output = graph.inputs[0];
  }

  next(name: TfliteOperator['name'], what: string): TfliteOperator {
    this.skipPassive();
    const operator = this.#operators[this.#at];
    expectEqual(`the operator of ${what}`, operator?.name, name);
    if (!operator.inputs.includes(this.output)) {
      throw new Error(`${refusal}: ${what} does not follow what is before it.`);
    }
    this.#at += 1;
    this.output = operator.outputs[0];
    return operator;
  }

  expectEnd(): void {
    this.skipPassive();
    expectEqual('the operator after the output', this.#operators[this.#at]?.name, undefined);
  }

  /** Passes what only changes how values are written. */
  skipPassive(): void {
    for (; this.#operators[this.#at]?.name === passive; this.#at++) {
      const { inputs, outputs } = this.#operators[this.#at];
      // One that does not follow is left for whoever comes next to stumble over.
      if (inputs[0] === this.output) this.output = outputs[0];
    }
  }
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value) ?? 'none');
  if (is !== should) {
    throw new Error(`${refusal}: ${what} should be ${should} but is ${is}.`);
  }
}

/** Checks one convolution against its row of the table, and turns its weights into HWIO. */
function readLayer(
  graph: TfliteGraph,
  operator: TfliteOperator,
  layer: Layer,
  inputScale: number,
): QuantisedLayer {
  const where = `layer ${layer.name}`;
  const { convolution } = operator;
  expectEqual(`${where}: padding`, convolution?.padding, 'same');
  expectEqual(`${where}: strides`, convolution?.strides, [layer.stride, layer.stride]);
  expectEqual(`${where}: dilations`, convolution?.dilations, [1, 1]);
  expectEqual(`${where}: activation`, operator.activation, activationOf[layer.activation]);

  expectEqual(`${where}: number of inputs`, operator.inputs.length, 3);
  const filter = constant(graph, operator.inputs[1], `${where}: weights`, 'int8');
  const bias = constant(graph, operator.inputs[2], `${where}: biases`, 'int32');
  const { inputChannels, outputChannels } = layer;
  const kernel = layer.kind === 'pointwise' ? 1 : 3;
  const depthwise = layer.kind === 'depthwise';
  expectEqual(
    `${where}: weight shape`,
    filter.shape,
    depthwise
      ? [1, kernel, kernel, outputChannels]
      : [outputChannels, kernel, kernel, inputChannels],
  );
  const int8 = new Int8Array(filter.bytes.buffer, filter.bytes.byteOffset, filter.bytes.length);
  expectEqual(
    `${where}: number of weights`,
    int8.length,
    filter.shape.reduce((product, length) => product * length, 1),
  );
  const scales = readScales(filter, outputChannels, where);
  const biasScales = readScales(bias, outputChannels, `${where}: biases`);
  expectEqual(
    `${where}: scale of biases`,
    biasScales.every((scale, channel) => scale === Math.fround(inputScale * scales[channel])),
    true,
  );
  const biases = Int32Array.from(int32s(bias));
  expectEqual(`${where}: number of biases`, biases.length, outputChannels);
  return { weights: depthwise ? int8 : outputsLast(int8, outputChannels), scales, biases };
}

/** A tensor whose values are in the file. */
function constant(
  graph: TfliteGraph,
  index: number | undefined,
  what: string,
  type: TfliteTensor['type'],
): TfliteTensor {
  // -1 stands for an input that is left out.
  const tensor = index === undefined ? undefined : graph.tensors[index];
  if (tensor === undefined) throw new Error(`${refusal}: ${what} are missing.`);
  expectEqual(`${what}' type`, tensor.type, type);
  return tensor;
}

/** A tensor's values, one after another. */
function int32s(tensor: TfliteTensor): number[] {
  const { buffer, byteOffset, length } = tensor.bytes;
  const view = new DataView(buffer, byteOffset, length);
  return Array.from({ length: Math.floor(length / 4) }, (_, i) => view.getInt32(4 * i, true));
}

/** [outputs, ...rest] to [...rest, outputs]. */
function outputsLast(weights: Int8Array, outputs: number): Int8Array {
  const rest = weights.length / outputs;
  const transposed = new Int8Array(weights.length);
  for (let output = 0; output < outputs; output++) {
    for (let i = 0; i < rest; i++) transposed[i * outputs + output] = weights[output * rest + i];
  }
  return transposed;
}

function readScales(tensor: TfliteTensor, channels: number, where: string): Float32Array {
  const { scales, zeroPoints } = tensor.quantization;
  expectEqual(`${where}: number of scales`, scales.length, channels);
  expectEqual(
    `${where}: zero points other than 0`,
    [...new Set(zeroPoints)].filter((point) => point !== 0),
    [],
  );
  return new Float32Array(scales);
}
