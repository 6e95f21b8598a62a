import { readPlainJson } from './json/read-plain-json.ts';

/**
 * The safetensors format (https://huggingface.co/docs/safetensors): 8 bytes of
 * header length, a JSON header, the tensors' bytes. The backbone's artifact and
 * the models of users are such files, so that other tools open them, too.
 */

/** Element types that Petal's files have, with their sizes in bytes. */
const elementBytes = { I8: 1, I32: 4, F32: 4 } as const;
export type DataType = keyof typeof elementBytes;

/** A tensor's values, row-major. */
export type TensorValues = Int8Array | Int32Array | Float32Array;

/** One tensor to be written. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** One tensor's row in a header; offsets count from the end of the header. */
interface TensorRow {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** An open file. */
export interface Safetensors {
  /** Text by name, as the format has it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Names of the tensors in the file, in its order. */
  readonly names: readonly string[];
  /** What a tensor's shape is by the header, if it says so. */
  shape(name: string): readonly number[] | undefined;
  /**
   * A tensor's values: a view of the file's bytes.
   *
   * @throws Error with a sentence where it is missing, cut short, or has another type or shape
   */
  int8(name: string, shape: readonly number[]): Int8Array;
  int32(name: string, shape: readonly number[]): Int32Array;
  float32(name: string, shape: readonly number[]): Float32Array;
}

/** Data is aligned to this; it suits every type. */
const alignment = 8;

/** The most tensors that a file has here; the backbone has 159. */
const maxTensors = 1000;

/** A model of a thousand labels has a header of about three megabytes. */
const headerLimits = {
  maxBytes: 4_000_000,
  // The header, a tensor's row, its shape.
  maxDepth: 3,
  // A shape.
  maxLength: 8,
  // The row itself, its type, shape and offsets, and as much again for the metadata.
  maxValues: 8 * maxTensors,
  // Four of a shape, and two offsets.
  maxNumbers: 6 * maxTensors,
};

/**
 * Opens a file. Copies nothing: tensors are views of `buffer`, which must live
 * as long as they are used.
 *
 * @param buffer the whole file
 * @param parse reads the header's JSON. The default reads one that anybody may have written: it
 *   refuses what would take much more memory than it has bytes.
 * @throws Error with a sentence where it is no such file
 */
export function openSafetensors(
  buffer: ArrayBuffer,
  parse = (header: Uint8Array): unknown => readPlainJson(header, headerLimits),
): Safetensors {
  const view = new DataView(buffer);
  if (buffer.byteLength < 8) throw new Error('The file is empty or cut short.');
  // The length is a u64; the upper half of a file of a few megabytes is zero.
  const headerBytes = view.getUint32(0, true);
  const dataStart = 8 + headerBytes;
  if (
    view.getUint32(4, true) !== 0 ||
    dataStart > buffer.byteLength ||
    dataStart % alignment !== 0
  ) {
    throw new Error('The file is not a safetensors file, or it is cut short.');
  }
  const header = parseHeader(new Uint8Array(buffer, 8, headerBytes), parse);
  const { __metadata__: metadata, ...rows } = header;
  const names = Object.keys(rows);
  if (names.length > maxTensors) {
    throw new Error(`The file has ${names.length} tensors, but at most ${maxTensors} are read.`);
  }

  function rowOf(name: string): Partial<TensorRow> | null | undefined {
    return Object.hasOwn(rows, name) ? (rows[name] as Partial<TensorRow> | null) : undefined;
  }

  function rangeOf(name: string, dtype: DataType, shape: readonly number[]): [number, number] {
    const row = rowOf(name);
    const [start, end] = Array.isArray(row?.data_offsets) ? row.data_offsets : [-1, -1];
    const elements = shape.reduce((product, length) => product * length, 1);
    const bytes = elementBytes[dtype];
    const isRange =
      Number.isInteger(start) &&
      start >= 0 &&
      start % bytes === 0 &&
      end - start === elements * bytes;
    if (row?.dtype !== dtype || !isRange || !isShape(row.shape, shape)) {
      throw new Error(`The tensor ${name} is missing or has another type or size.`);
    }
    if (dataStart + end > buffer.byteLength) {
      throw new Error(`The file is cut short: its tensor ${name} is not all there.`);
    }
    return [dataStart + start, elements];
  }

  return {
    metadata,
    names,
    shape(name) {
      const shape = rowOf(name)?.shape;
      return Array.isArray(shape) && shape.every((length) => Number.isInteger(length) && length > 0)
        ? shape
        : undefined;
    },
    int8: (name, shape) => new Int8Array(buffer, ...rangeOf(name, 'I8', shape)),
    int32: (name, shape) => new Int32Array(buffer, ...rangeOf(name, 'I32', shape)),
    float32: (name, shape) => new Float32Array(buffer, ...rangeOf(name, 'F32', shape)),
  };
}

function parseHeader(
  bytes: Uint8Array,
  parse: (header: Uint8Array) => unknown,
): Record<string, unknown> & { __metadata__: Record<string, string> } {
  let header: unknown;
  try {
    header = parse(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The header of the file can't be read. ${reason}`, { cause });
  }
  const metadata =
    typeof header === 'object' && header !== null && '__metadata__' in header
      ? header.__metadata__
      : undefined;
  if (
    typeof metadata !== 'object' ||
    metadata === null ||
    !Object.values(metadata).every((value) => typeof value === 'string')
  ) {
    throw new Error('The file is a safetensors file of another program: it has no metadata.');
  }
  return header as Record<string, unknown> & { __metadata__: Record<string, string> };
}

function isShape(found: unknown, wanted: readonly number[]): boolean {
  return (
    Array.isArray(found) &&
    found.length === wanted.length &&
    wanted.every((length, i) => found[i] === length)
  );
}

/**
 * Writes a file. The same input gives the same bytes: nothing of the time, the
 * machine or the order of a map goes in. Tensors are stored in the order given:
 * give those of four bytes an element first, so that all are aligned.
 *
 * @throws Error where a tensor would not be aligned, or has not as many values as its shape says
 */
export function writeSafetensors(
  metadata: Readonly<Record<string, string>>,
  tensors: readonly NamedTensor[],
): Uint8Array<ArrayBuffer> {
  const header: Record<string, TensorRow | typeof metadata> = { __metadata__: metadata };
  let dataBytes = 0;
  for (const { name, shape, values } of tensors) {
    const elements = shape.reduce((product, length) => product * length, 1);
    if (elements !== values.length || dataBytes % values.BYTES_PER_ELEMENT !== 0) {
      throw new Error(`The tensor ${name} does not fit its shape, or is not aligned.`);
    }
    const end = dataBytes + values.byteLength;
    header[name] = { dtype: dataTypeOf(values), shape, data_offsets: [dataBytes, end] };
    dataBytes = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / alignment) * alignment;
  const file = new Uint8Array(8 + headerBytes + dataBytes);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.set(text, 8);
  // The format pads its header with spaces, which JSON ignores.
  file.fill(0x20, 8 + text.length, 8 + headerBytes);
  let at = 8 + headerBytes;
  for (const { values } of tensors) {
    file.set(bytesOf(values), at);
    at += values.byteLength;
  }
  return file;
}

function dataTypeOf(values: TensorValues): DataType {
  if (values instanceof Int8Array) return 'I8';
  return values instanceof Int32Array ? 'I32' : 'F32';
}

/** The bytes of a tensor's values, which are the same memory. */
export function bytesOf(values: TensorValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
