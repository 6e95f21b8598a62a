/**
 * Reads MobileNetV2's layers out of a .tflite file, and refuses any other
 * network with a sentence that says what differs.
 */
import type { Block, Layer, LayerKind, LayerWeights } from '../src/mobilenet/artifact.ts';
import { inputSize, mobilenetV2 } from './mobilenet-v2.ts';
import {
  readTflite,
  type TfliteGraph,
  type TfliteOperator,
  type TfliteTensor,
} from './tflite-schema.ts';

const operatorOf = {
  stem: 'CONV_2D',
  pointwise: 'CONV_2D',
  depthwise: 'DEPTHWISE_CONV_2D',
} as const satisfies Record<LayerKind, TfliteOperator['name']>;

const activationOf = { linear: 'none', relu6: 'relu6' } as const satisfies Record<
  Layer['activation'],
  string
>;

/** Operators that only convert or reshape what passes through. */
const passive = new Set<TfliteOperator['name']>(['QUANTIZE', 'RESHAPE', 'SOFTMAX']);

/**
 * @param bytes the whole .tflite file
 * @returns the weights of each layer of {@link mobilenetV2}'s table
 * @throws Error where the file holds another network, naming the first difference
 */
export function readMobilenetV2(bytes: Uint8Array): (layer: Layer) => LayerWeights {
  const graph = readTflite(bytes);
  expectEqual('input shape', graph.tensors[graph.inputs[0]]?.shape, [1, inputSize, inputSize, 3]);

  const weights = new Map<string, LayerWeights>();
  const operators = new OperatorChain(graph);
  for (const block of mobilenetV2()) readBlock(graph, operators, block, weights);
  operators.expectEnd();

  return (layer) => {
    const found = weights.get(layer.name);
    if (found === undefined) throw new Error(`MobileNetV2 has no layer named ${layer.name}.`);
    return found;
  };
}

function readBlock(
  graph: TfliteGraph,
  operators: OperatorChain,
  block: Block,
  weights: Map<string, LayerWeights>,
): void {
  if (block.name === 'classifier') operators.next('MEAN', 'the pooling');
  const blockInput = operators.output;
  for (const layer of block.layers) {
    const operator = operators.next(operatorOf[layer.kind], `layer ${layer.name}`);
    weights.set(layer.name, readWeights(graph, operator, layer));
  }
  if (block.residual) {
    const add = operators.next('ADD', `the residual of ${block.name}`);
    if (!add.inputs.includes(blockInput)) {
      throw new Error(`This is not MobileNetV2 1.0: ${block.name} does not add its own input.`);
    }
  }
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
    this.#skipPassive();
    const operator = this.#operators[this.#at];
    expectEqual(`the operator of ${what}`, operator?.name, name);
    if (!operator.inputs.includes(this.output)) {
      throw new Error(`This is not MobileNetV2 1.0: ${what} does not follow what is before it.`);
    }
    this.#at += 1;
    this.output = operator.outputs[0];
    return operator;
  }

  expectEnd(): void {
    this.#skipPassive();
    expectEqual('the operator after the classifier', this.#operators[this.#at]?.name, undefined);
  }

  #skipPassive(): void {
    for (; passive.has(this.#operators[this.#at]?.name); this.#at++) {
      this.output = this.#operators[this.#at].outputs[0];
    }
  }
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(value) ?? 'none');
  if (is !== should) {
    throw new Error(
      `This is not MobileNetV2 1.0 at 224: ${what} should be ${should} but is ${is}.`,
    );
  }
}

/** Checks one convolution against its row of the table, and turns its weights into HWIO. */
function readWeights(graph: TfliteGraph, operator: TfliteOperator, layer: Layer): LayerWeights {
  const where = `layer ${layer.name}`;
  const { convolution } = operator;
  expectEqual(`${where}: padding`, convolution?.padding, 'same');
  expectEqual(`${where}: strides`, convolution?.strides, [layer.stride, layer.stride]);
  expectEqual(`${where}: activation`, convolution?.activation, activationOf[layer.activation]);

  expectEqual(`${where}: number of inputs`, operator.inputs.length, 3);
  const [, filter, bias] = operator.inputs.map((index) => graph.tensors[index]);
  expectEqual(`${where}: weight type`, filter.type, 'int8');
  expectEqual(`${where}: bias type`, bias.type, 'int32');
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
  return {
    weights: depthwise ? int8 : outputsLast(int8, outputChannels),
    scales: readScales(filter, outputChannels, where),
    biases: readBiases(bias, outputChannels, where),
  };
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
    zeroPoints.filter((point) => point !== 0),
    [],
  );
  return new Float32Array(scales);
}

/** int32 biases to real ones; their scale is the input's times the weights'. */
function readBiases(tensor: TfliteTensor, channels: number, where: string): Float32Array {
  const scales = readScales(tensor, channels, where);
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.length);
  expectEqual(`${where}: number of biases`, view.byteLength / 4, channels);
  return scales.map((scale, channel) => view.getInt32(channel * 4, true) * scale);
}
