import { NumberArray } from '../../src/json/number-array.ts';
import { type JsonValue, readJson } from '../../src/json/read-json.ts';

const encoder = new TextEncoder();

/** @param text JSON */
export function read(text: string): JsonValue {
  return readJson(encoder.encode(text));
}

/** What `JSON.parse` gives for the same, but for the rounding of numbers in arrays. */
export function toPlain(value: JsonValue): unknown {
  if (value instanceof NumberArray) return nested(value.shape, value.values);
  return mapped(value, toPlain);
}

/** A parsed value with the numbers rounded that {@link readJson} rounds: those of arrays of numbers only. */
export function rounded(value: unknown): unknown {
  return isListOfNumbers(value) ? value.map(Math.fround) : mapped(value, rounded);
}

/** Whether an array of numbers only holds one that float32 can't. */
export function exceedsFloat32(value: unknown): boolean {
  if (isListOfNumbers(value)) return !value.map(Math.fround).every(Number.isFinite);
  return typeof value === 'object' && value !== null && Object.values(value).some(exceedsFloat32);
}

function isListOfNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((i) => typeof i === 'number');
}

function mapped<Value>(value: unknown, map: (value: Value) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => map(element));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member)]));
}

function nested([length, ...shape]: readonly number[], values: Float32Array): unknown {
  const size = values.length / length;
  return Array.from({ length }, (_, i) =>
    shape.length === 0 ? values[i] : nested(shape, values.subarray(i * size, (i + 1) * size)),
  );
}
