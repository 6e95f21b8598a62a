/**
 * The part of TensorFlow Lite's FlatBuffer schema that a convolutional
 * network needs, read with the `flatbuffers` package.
 *
 * Field numbers are those of `tensorflow/lite/schema/schema.fbs` (schema
 * version 3, file identifier "TFL3"): a field's number is its position in the
 * table, and a union takes two, its type and its value.
 */
import { ByteBuffer } from 'flatbuffers';

/** `TensorType` of the schema, as far as this network uses it. */
export const tensorTypes = { 0: 'float32', 2: 'int32', 3: 'uint8', 9: 'int8' } as const;
export type TensorType = (typeof tensorTypes)[keyof typeof tensorTypes];

/** `BuiltinOperator` of the schema, as far as this network uses it. */
export const operatorNames = {
  0: 'ADD',
  1: 'AVERAGE_POOL_2D',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  9: 'FULLY_CONNECTED',
  22: 'RESHAPE',
  25: 'SOFTMAX',
  40: 'MEAN',
  114: 'QUANTIZE',
} as const;
export type OperatorName = (typeof operatorNames)[keyof typeof operatorNames];

/** `Padding` of the schema. */
export const paddings = { 0: 'same', 1: 'valid' } as const;
export type Padding = (typeof paddings)[keyof typeof paddings];

/** `ActivationFunctionType` of the schema, as far as this network uses it. */
export const activations = { 0: 'none', 1: 'relu', 3: 'relu6' } as const;
export type Activation = (typeof activations)[keyof typeof activations];

/** Affine quantisation: real = scale * (quantised - zeroPoint), one pair or one per channel. */
export interface Quantization {
  scales: number[];
  zeroPoints: number[];
}

export interface TfliteTensor {
  name: string;
  shape: number[];
  type: TensorType;
  quantization: Quantization;
  /** The constant's bytes, little-endian and row-major; a view of the file. Empty for activations. */
  bytes: Uint8Array;
}

export interface TfliteOperator {
  name: OperatorName;
  /** Indices into the tensors; -1 where an optional input is absent. */
  inputs: number[];
  outputs: number[];
  /** Present for convolutions; pairs are [vertical, horizontal]. */
  convolution?: { padding: Padding; strides: [number, number]; dilations: [number, number] };
  /** What is fused into a convolution or an addition. */
  activation: Activation;
}

export interface TfliteGraph {
  tensors: TfliteTensor[];
  operators: TfliteOperator[];
  inputs: number[];
  outputs: number[];
}

/** A FlatBuffer table at a position, its fields looked up by number in the vtable. */
class Table {
  readonly #buffer: ByteBuffer;
  readonly #position: number;

  constructor(buffer: ByteBuffer, position: number) {
    this.#buffer = buffer;
    this.#position = position;
  }

  static root(buffer: ByteBuffer): Table {
    return new Table(buffer, buffer.readInt32(buffer.position()) + buffer.position());
  }

  /** Absolute position of a field, 0 where the writer left it at its default. */
  #field(number: number): number {
    // A vtable starts with its own size and the table's, two bytes each.
    const offset = this.#buffer.__offset(this.#position, 4 + 2 * number);
    return offset === 0 ? 0 : this.#position + offset;
  }

  int8(number: number, fallback: number): number {
    const at = this.#field(number);
    return at === 0 ? fallback : this.#buffer.readInt8(at);
  }

  int32(number: number, fallback: number): number {
    const at = this.#field(number);
    return at === 0 ? fallback : this.#buffer.readInt32(at);
  }

  string(number: number): string {
    const at = this.#field(number);
    if (at === 0) return '';
    const text = this.#buffer.__string(at);
    return typeof text === 'string' ? text : new TextDecoder().decode(text);
  }

  table(number: number): Table | undefined {
    const at = this.#field(number);
    return at === 0 ? undefined : new Table(this.#buffer, this.#buffer.__indirect(at));
  }

  #vector<T>(number: number, bytesPerElement: number, read: (at: number) => T): T[] {
    const at = this.#field(number);
    if (at === 0) return [];
    const { start, length } = this.#extent(at, bytesPerElement);
    return Array.from({ length }, (_, i) => read(start + i * bytesPerElement));
  }

  /** Where a vector's elements are. A length that the file cannot hold is not believed. */
  #extent(at: number, bytesPerElement: number): { start: number; length: number } {
    const start = this.#buffer.__vector(at);
    const length = this.#buffer.__vector_len(at);
    if (start < 0 || length < 0 || start + length * bytesPerElement > this.#buffer.capacity()) {
      throw new Error('The TensorFlow Lite model is damaged or cut short.');
    }
    return { start, length };
  }

  int32s(number: number): number[] {
    return this.#vector(number, 4, (at) => this.#buffer.readInt32(at));
  }

  int64s(number: number): number[] {
    return this.#vector(number, 8, (at) => Number(this.#buffer.readInt64(at)));
  }

  float32s(number: number): number[] {
    return this.#vector(number, 4, (at) => this.#buffer.readFloat32(at));
  }

  tables(number: number): Table[] {
    return this.#vector(number, 4, (at) => new Table(this.#buffer, this.#buffer.__indirect(at)));
  }

  /** A vector of bytes as a view, not a copy. */
  bytes(number: number): Uint8Array {
    const at = this.#field(number);
    if (at === 0) return new Uint8Array(0);
    const { start, length } = this.#extent(at, 1);
    return this.#buffer.bytes().subarray(start, start + length);
  }
}

/** The name of a code in one of the schema's enums, or a sentence that says which is not known. */
function nameOf<T extends Record<number, string>>(
  names: T,
  code: number,
  what: string,
): T[keyof T] {
  if (!Object.hasOwn(names, code)) {
    throw new Error(`The network uses ${what} ${code}, which MobileNetV2 does not have.`);
  }
  return names[code as keyof T];
}

function readTensor(tensor: Table, buffers: Table[]): TfliteTensor {
  const quantization = tensor.table(4);
  return {
    name: tensor.string(3),
    shape: tensor.int32s(0),
    type: nameOf(tensorTypes, tensor.int8(1, 0), 'tensor type'),
    quantization: {
      scales: quantization?.float32s(2) ?? [],
      zeroPoints: quantization?.int64s(3) ?? [],
    },
    bytes: buffers[tensor.int32(2, 0)]?.bytes(0) ?? new Uint8Array(0),
  };
}

/** Field numbers of an operator's options: where they have the activation, and the first dilation. */
const convolutionFields = {
  CONV_2D: { activation: 3, dilations: 4 },
  // Its field 3 is the depth multiplier.
  DEPTHWISE_CONV_2D: { activation: 4, dilations: 5 },
} as const;

function readActivation(options: Table | undefined, field: number): Activation {
  return nameOf(activations, options?.int8(field, 0) ?? 0, 'activation function');
}

function readOperator(operator: Table, names: OperatorName[]): TfliteOperator {
  const name = names[operator.int32(0, 0)];
  if (name === undefined) throw new Error('An operator of the network has no operator code.');
  const read = { name, inputs: operator.int32s(1), outputs: operator.int32s(2) };
  const options = operator.table(4);
  if (name === 'ADD') return { ...read, activation: readActivation(options, 0) };
  if (name !== 'CONV_2D' && name !== 'DEPTHWISE_CONV_2D') return { ...read, activation: 'none' };

  if (options === undefined) throw new Error('A convolution of the network has no options.');
  const fields = convolutionFields[name];
  return {
    ...read,
    // The schema has widths before heights.
    convolution: {
      padding: nameOf(paddings, options.int8(0, 0), 'padding'),
      strides: [options.int32(2, 1), options.int32(1, 1)],
      dilations: [options.int32(fields.dilations + 1, 1), options.int32(fields.dilations, 1)],
    },
    activation: readActivation(options, fields.activation),
  };
}

/**
 * Reads the main subgraph of a .tflite file.
 *
 * @param bytes the whole file; the constants of the answer are views of it
 * @throws Error where the bytes are not a TFLite file, or use an operator, a
 *   type or an activation that MobileNetV2 does not have
 */
export function readTflite(bytes: Uint8Array): TfliteGraph {
  const buffer = new ByteBuffer(bytes);
  if (bytes.length < 8 || !buffer.__has_identifier('TFL3')) {
    throw new Error('The file is not a TensorFlow Lite model: it lacks the identifier "TFL3".');
  }
  const model = Table.root(buffer);
  const names = model.tables(1).map((code) =>
    // Field 0 holds codes up to 127 (all that MobileNetV2 uses); field 3 holds the larger ones.
    nameOf(operatorNames, Math.max(code.int8(0, 0), code.int32(3, 0)), 'operator'),
  );
  const subgraph = model.tables(2)[0];
  if (subgraph === undefined) throw new Error('The TensorFlow Lite model holds no network.');
  const buffers = model.tables(4);
  return {
    tensors: subgraph.tables(0).map((tensor) => readTensor(tensor, buffers)),
    inputs: subgraph.int32s(1),
    outputs: subgraph.int32s(2),
    operators: subgraph.tables(3).map((operator) => readOperator(operator, names)),
  };
}
