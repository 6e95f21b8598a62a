import { AppError } from '../errors.ts';
import { NumberArray } from './number-array.ts';
import { defaultJsonLimits, type JsonValue, readExactJson } from './read-json.ts';

/** What a text may hold. Each limit is named in the refusal of a text that goes beyond it. */
export interface PlainJsonLimits {
  /** Of the text. */
  readonly maxBytes: number;
  /** Of arrays and objects within each other. */
  readonly maxDepth: number;
  /** Of one array. */
  readonly maxLength: number;
  /** Of everything but numbers in arrays. */
  readonly maxValues: number;
  /** Of numbers in arrays. */
  readonly maxNumbers: number;
}

/**
 * Reads JSON as `JSON.parse` does, but refuses a text that goes beyond the
 * limits before memory is set aside for it. Two members of one object may not
 * have the same name, a name has at most 256 bytes, and no number in an array
 * is beyond all doubles.
 *
 * @param text UTF-8; nothing of it is kept
 * @throws AppError `invalid-json` with a sentence
 */
export function readPlainJson(text: Uint8Array, limits: PlainJsonLimits): unknown {
  const { maxBytes } = limits;
  if (text.length > maxBytes) throw beyond(`${maxBytes} bytes`);
  const value = readExactJson(text, {
    ...defaultJsonLimits,
    ...limits,
    // No string is left where it is.
    maxStringBytes: maxBytes,
    maxTextBytes: maxBytes,
  });
  return new PlainValues(limits).of(value);
}

/** Makes plain arrays of tensors. */
class PlainValues {
  readonly #limits: PlainJsonLimits;
  #arrays = 0;

  constructor(limits: PlainJsonLimits) {
    this.#limits = limits;
  }

  of(value: JsonValue<Float64Array>): unknown {
    if (value instanceof NumberArray) return this.#nested(value.shape, value.values);
    if (Array.isArray(value)) {
      this.#countArray(value.length);
      return value.map((element) => this.of(element));
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, this.of(member)]),
    );
  }

  #nested([length, ...shape]: readonly number[], values: Float64Array): unknown[] {
    this.#countArray(length);
    const size = values.length / length;
    return Array.from({ length }, (_, i) =>
      shape.length === 0
        ? values[i]
        : this.#nested(shape, values.subarray(i * size, (i + 1) * size)),
    );
  }

  /** Arrays of numbers count as values here, each of which takes more memory than its numbers. */
  #countArray(length: number): void {
    const { maxLength, maxValues } = this.#limits;
    if (length > maxLength) throw beyond(`${maxLength} elements in one array`);
    this.#arrays++;
    if (this.#arrays > maxValues) throw beyond(`${maxValues} arrays`);
  }
}

function beyond(limit: string): AppError {
  return new AppError('invalid-json', `The JSON has more than ${limit}.`);
}
