/**
 * Writes .tflite files of networks like MobileNetV2 with random weights, so
 * that reading them can be tested without the real file.
 *
 * Field numbers are those of `tensorflow/lite/schema/schema.fbs`, as in
 * `model/tflite-schema.ts`; codes of the enums likewise.
 */
import { Builder, type Offset } from 'flatbuffers';
import { inputSize } from '../../model/mobilenet-v2.ts';
import {
  type Activation,
  activations,
  type OperatorName,
  operatorNames,
  type Padding,
  paddings,
  type TensorType,
  tensorTypes,
} from '../../model/tflite-schema.ts';
import type { Block, Layer } from '../../src/mobilenet/layer-table.ts';
import type { Quantisation } from '../../src/mobilenet/quantisation.ts';

/** What stands in the file for one layer. */
export interface WrittenLayer {
  /** In TFLite's order: [outputs, height, width, inputs], or [1, height, width, channels]. */
  readonly weights: Int8Array;
  /** One an output channel. */
  readonly scales: Float32Array;
  readonly biases: Int32Array;
  /** Of what comes out of it. */
  readonly output: Quantisation;
}

export interface WriteTfliteOptions {
  /** The same seed gives the same weights. 1. */
  seed?: number;
  /** Side of the input in pixels. 224. */
  inputSize?: number;
  weightType?: 'int8' | 'uint8' | 'float32';
  paddingOf?: (layer: Layer) => Padding;
  activationOf?: (layer: Layer) => Activation;
  dilationOf?: (layer: Layer) => number;
  hasBias?: (layer: Layer) => boolean;
  /** Zero point of the layer's weights. 0. */
  zeroPointOf?: (layer: Layer) => number;
  /** Fused into the addition of a residual block. `none`. */
  residualActivation?: Activation;
  /** Lets every residual block add the stem's input in its own's stead. */
  residualFromStem?: boolean;
  /** Lets the layer take the stem's input in the former layer's output's stead. */
  isDetached?: (layer: Layer) => boolean;
  /** What the pooling averages over. [1, 2]. */
  poolingAxes?: number[];
  /** What the layer's output is written in. `int8`. */
  outputTypeOf?: (layer: Layer) => TensorType;
  /** How many scales the layer's output has. 1. */
  outputScaleCountOf?: (layer: Layer) => number;
  /** What the unit of the layer's biases is, over input scale times weight scale. 1. */
  biasUnitOf?: (layer: Layer) => number;
  /** Leaves out what follows the classifier. */
  withoutSoftmax?: boolean;
}

export interface WrittenTflite {
  readonly bytes: Uint8Array;
  /** By layer name. */
  readonly layers: ReadonlyMap<string, WrittenLayer>;
  readonly input: Quantisation;
  /** By the name of the residual block. */
  readonly sums: ReadonlyMap<string, Quantisation>;
  /** Of what the pooling gives. */
  readonly embedding: Quantisation | undefined;
}

/** Marsaglia's xorshift32: fast, and the same everywhere. Gives int32 values. */
function xorshift32(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
}

function codeOf<T extends Record<number, string>>(names: T, name: T[keyof T]): number {
  const code = Object.entries(names).find(([, known]) => known === name)?.[0];
  if (code === undefined) throw new Error(`The schema has no ${name}.`);
  return Number(code);
}

/** Writes the table's network, deviating from MobileNetV2 where the table or an option does. */
export function writeTflite(
  blocks: readonly Block[],
  options: WriteTfliteOptions = {},
): WrittenTflite {
  const writer = new Writer(options);
  const stemInput = writer.activation();
  const sums = new Map<string, Quantisation>();
  let embedding: Quantisation | undefined;
  let current = stemInput;
  const side = options.inputSize ?? inputSize;
  const input = writer.tensor('uint8', [1, side, side, 3]);
  writer.operator('QUANTIZE', [input], current);
  for (const block of blocks) {
    if (block.name === 'classifier') {
      const axes = new Int32Array(options.poolingAxes ?? [1, 2]);
      current = writer.follow('MEAN', [current, writer.constant('int32', [axes.length], axes)]);
      embedding = writer.quantisationOf(current);
    }
    const blockInput = current;
    for (const layer of block.layers) {
      const from = options.isDetached?.(layer) === true ? stemInput : current;
      current = writer.convolution(layer, from);
    }
    if (block.residual) {
      const added = options.residualFromStem === true ? stemInput : blockInput;
      current = writer.follow('ADD', [added, current], {
        type: 11,
        offset: writer.activationOnly(options.residualActivation ?? 'none'),
      });
      sums.set(block.name, writer.quantisationOf(current));
    }
  }
  if (options.withoutSoftmax !== true) {
    current = writer.follow('RESHAPE', [current]);
    current = writer.follow('SOFTMAX', [current]);
  }
  const output = writer.follow('QUANTIZE', [current]);
  return {
    bytes: writer.finish(input, output),
    layers: writer.layers,
    input: writer.quantisationOf(stemInput),
    sums,
    embedding,
  };
}

class Writer {
  readonly layers = new Map<string, WrittenLayer>();
  readonly #options: WriteTfliteOptions;
  readonly #random: () => number;
  readonly #builder = new Builder(4 << 20);
  readonly #operatorNames = Object.values(operatorNames);
  readonly #tensors: Offset[] = [];
  /** By the index of the tensor. */
  readonly #quantisations = new Map<number, Quantisation>();
  readonly #operators: Offset[] = [];
  /** The schema wants buffer 0 to be empty: it is that of the activations. */
  readonly #buffers: Offset[] = [];

  constructor(options: WriteTfliteOptions) {
    this.#options = options;
    this.#random = xorshift32(options.seed ?? 1);
    this.#buffers.push(this.#table(1, () => {}));
  }

  #table(fields: number, fill: (builder: Builder) => void): Offset {
    this.#builder.startObject(fields);
    fill(this.#builder);
    return this.#builder.endObject();
  }

  #vector<T>(
    values: Iterable<T>,
    bytesPerElement: number,
    add: (builder: Builder, value: T) => void,
  ): Offset {
    // FlatBuffers are built from their end.
    const reversed = [...values].reverse();
    this.#builder.startVector(bytesPerElement, reversed.length, bytesPerElement);
    for (const value of reversed) add(this.#builder, value);
    return this.#builder.endVector();
  }

  #int32s(values: Iterable<number>): Offset {
    return this.#vector(values, 4, (builder, value) => builder.addInt32(value));
  }

  #offsets(values: Iterable<Offset>): Offset {
    return this.#vector(values, 4, (builder, value) => builder.addOffset(value));
  }

  /** @returns the tensor's index */
  tensor(type: TensorType, shape: number[], buffer = 0, quantization: Offset = 0): number {
    const shapeOffset = this.#int32s(shape);
    const table = this.#table(5, (builder) => {
      builder.addFieldOffset(0, shapeOffset, 0);
      builder.addFieldInt8(1, codeOf(tensorTypes, type), 0);
      builder.addFieldInt32(2, buffer, 0);
      builder.addFieldOffset(4, quantization, 0);
    });
    return this.#tensors.push(table) - 1;
  }

  /** @returns the index of a tensor whose values are in the file */
  constant(type: TensorType, shape: number[], values: ArrayBufferView, quantization?: Offset) {
    const data = this.#builder.createByteVector(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
    const buffer = this.#table(1, (builder) => builder.addFieldOffset(0, data, 0));
    return this.tensor(type, shape, this.#buffers.push(buffer) - 1, quantization);
  }

  /** @returns the index of an activation's tensor, quantised at random */
  activation(type: TensorType = 'int8', scaleCount = 1): number {
    const quantisation = { scale: this.#randomScale(), zeroPoint: this.#random() >> 24 };
    const scales = new Float32Array(scaleCount).fill(quantisation.scale);
    const quantization = this.#quantization(scales, quantisation.zeroPoint);
    const index = this.tensor(type, [1, 1, 1, 1], 0, quantization);
    this.#quantisations.set(index, quantisation);
    return index;
  }

  quantisationOf(activation: number): Quantisation {
    const found = this.#quantisations.get(activation);
    if (found === undefined) throw new Error(`Tensor ${activation} is not an activation.`);
    return found;
  }

  /** A float32 in 0..1, without 0. */
  #randomScale(): number {
    return (1 + (this.#random() >>> 8)) / 2 ** 24;
  }

  #quantization(scales: Float32Array, zeroPoint: number): Offset {
    const scaleOffset = this.#vector(scales, 4, (builder, scale) => builder.addFloat32(scale));
    const zeroPoints = Array.from(scales, () => BigInt(zeroPoint));
    const zeroOffset = this.#vector(zeroPoints, 8, (builder, point) => builder.addInt64(point));
    return this.#table(4, (builder) => {
      builder.addFieldOffset(2, scaleOffset, 0);
      builder.addFieldOffset(3, zeroOffset, 0);
    });
  }

  operator(
    name: OperatorName,
    inputs: number[],
    output: number,
    options?: { type: number; offset: Offset },
  ): void {
    const inputsOffset = this.#int32s(inputs);
    const outputsOffset = this.#int32s([output]);
    this.#operators.push(
      this.#table(5, (builder) => {
        builder.addFieldInt32(0, this.#operatorNames.indexOf(name), 0);
        builder.addFieldOffset(1, inputsOffset, 0);
        builder.addFieldOffset(2, outputsOffset, 0);
        builder.addFieldInt8(3, options?.type ?? 0, 0);
        builder.addFieldOffset(4, options?.offset ?? 0, 0);
      }),
    );
  }

  /** Adds an operator with a new output, whose index it returns. */
  follow(
    name: OperatorName,
    inputs: number[],
    options?: { type: number; offset: Offset },
    output = this.activation(),
  ): number {
    this.operator(name, inputs, output, options);
    return output;
  }

  /** Options that have an activation and nothing else, such as AddOptions. */
  activationOnly(activation: Activation): Offset {
    return this.#table(1, (builder) => {
      builder.addFieldInt8(0, codeOf(activations, activation), 0);
    });
  }

  /** @returns the index of the convolution's output */
  convolution(layer: Layer, input: number): number {
    const {
      weightType = 'int8',
      hasBias = () => true,
      zeroPointOf = () => 0,
      outputTypeOf = () => 'int8',
      outputScaleCountOf = () => 1,
      biasUnitOf = () => 1,
    } = this.#options;
    const output = this.activation(outputTypeOf(layer), outputScaleCountOf(layer));
    const written = { ...this.#randomLayer(layer), output: this.quantisationOf(output) };
    this.layers.set(layer.name, written);
    const { scale: inputScale } = this.quantisationOf(input);
    const biasScales = written.scales.map((scale) => inputScale * scale * biasUnitOf(layer));
    const { inputChannels, outputChannels } = layer;
    const shape = {
      stem: [outputChannels, 3, 3, inputChannels],
      pointwise: [outputChannels, 1, 1, inputChannels],
      depthwise: [1, 3, 3, outputChannels],
    }[layer.kind];
    const filter = this.constant(
      weightType,
      shape,
      weightType === 'float32' ? new Float32Array(written.weights) : written.weights,
      this.#quantization(written.scales, zeroPointOf(layer)),
    );
    const bias = this.constant(
      'int32',
      [outputChannels],
      written.biases,
      this.#quantization(biasScales, 0),
    );
    const depthwise = layer.kind === 'depthwise';
    return this.follow(
      depthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D',
      [input, filter, hasBias(layer) ? bias : -1],
      { type: depthwise ? 2 : 1, offset: this.#convolutionOptions(layer) },
      output,
    );
  }

  #convolutionOptions(layer: Layer): Offset {
    const {
      paddingOf = () => 'same' as const,
      activationOf = ({ activation }) => (activation === 'relu6' ? 'relu6' : 'none'),
      dilationOf = () => 1,
    } = this.#options;
    const activation = codeOf(activations, activationOf(layer));
    const [activationField, dilationField] = layer.kind === 'depthwise' ? [4, 5] : [3, 4];
    return this.#table(7, (builder) => {
      builder.addFieldInt8(0, codeOf(paddings, paddingOf(layer)), 0);
      builder.addFieldInt32(1, layer.stride, 0);
      builder.addFieldInt32(2, layer.stride, 0);
      if (layer.kind === 'depthwise') builder.addFieldInt32(3, 1, 0);
      builder.addFieldInt8(activationField, activation, 0);
      builder.addFieldInt32(dilationField, dilationOf(layer), 1);
      builder.addFieldInt32(dilationField + 1, dilationOf(layer), 1);
    });
  }

  #randomLayer({
    kind,
    inputChannels,
    outputChannels,
  }: Layer): Pick<WrittenLayer, 'weights' | 'scales' | 'biases'> {
    const inputs = kind === 'depthwise' ? 1 : inputChannels;
    const length = outputChannels * inputs * (kind === 'pointwise' ? 1 : 9);
    return {
      weights: new Int8Array(length).map(() => this.#random()),
      scales: new Float32Array(outputChannels).map(() => this.#randomScale()),
      biases: new Int32Array(outputChannels).map(() => this.#random() >> 12),
    };
  }

  finish(input: number, output: number): Uint8Array {
    const tensors = this.#offsets(this.#tensors);
    const inputs = this.#int32s([input]);
    const outputs = this.#int32s([output]);
    const operators = this.#offsets(this.#operators);
    const subgraph = this.#table(4, (builder) => {
      builder.addFieldOffset(0, tensors, 0);
      builder.addFieldOffset(1, inputs, 0);
      builder.addFieldOffset(2, outputs, 0);
      builder.addFieldOffset(3, operators, 0);
    });
    const codes = this.#operatorNames.map((name) =>
      this.#table(4, (builder) => {
        builder.addFieldInt8(0, codeOf(operatorNames, name), 0);
        builder.addFieldInt32(3, codeOf(operatorNames, name), 0);
      }),
    );
    const codesOffset = this.#offsets(codes);
    const subgraphs = this.#offsets([subgraph]);
    const buffers = this.#offsets(this.#buffers);
    const model = this.#table(5, (builder) => {
      builder.addFieldInt32(0, 3, 0);
      builder.addFieldOffset(1, codesOffset, 0);
      builder.addFieldOffset(2, subgraphs, 0);
      builder.addFieldOffset(4, buffers, 0);
    });
    this.#builder.finish(model, 'TFL3');
    return this.#builder.asUint8Array();
  }
}
