import type { Base64Text } from './base64-text.ts';
import { ascii, Cursor } from './cursor.ts';
import { readNumber, readNumberInto, startsNumber } from './number.ts';
import { NumberArray } from './number-array.ts';
import { NumberStore, type Numbers } from './number-store.ts';
import { Shape } from './shape.ts';
import { type TextLimits, TextReader } from './text.ts';

/** What a JSON text holds. No array of it is longer, and nothing deeper, than {@link JsonLimits} say. */
export type JsonValue<Values extends Numbers = Float32Array> =
  | null
  | boolean
  | number
  | string
  | Base64Text
  | NumberArray<Values>
  | JsonValue<Values>[]
  | { [name: string]: JsonValue<Values> };

export interface JsonLimits extends TextLimits {
  /** Of arrays and objects within each other. */
  readonly maxDepth: number;
  /** Of all kinds together; a {@link NumberArray} is one. */
  readonly maxValues: number;
  /** Of numbers in arrays. Each takes four bytes, or eight as a double. */
  readonly maxNumbers: number;
  /** Of the text of one number. */
  readonly maxNumberBytes: number;
  /** Of a name's text. */
  readonly maxNameBytes: number;
  /** Of the text of a string that becomes one; a longer one is a {@link Base64Text}. */
  readonly maxStringBytes: number;
  /** Of the text of all names, and of all strings that become one. */
  readonly maxTextBytes: number;
}

export const defaultJsonLimits: JsonLimits = {
  maxDepth: 16,
  maxValues: 10_000,
  // 32 photos, and a shape or two.
  maxNumbers: 32 * 224 * 224 * 3 + 100,
  // No double takes more than 1077 characters, not even when all its digits are written.
  maxNumberBytes: 1100,
  maxNameBytes: 256,
  maxStringBytes: 4096,
  maxTextBytes: 1_000_000,
};

/**
 * Reads JSON (RFC 8259) that may hold photos and tensors, where `JSON.parse`
 * would need several times the memory of the body. Strings, numbers and
 * literals come out as it gives them, but:
 *
 * - a string of more than `maxStringBytes` stays in the body's memory, as a {@link Base64Text};
 * - an array of numbers, or of arrays of numbers of one shape, is a
 *   {@link NumberArray}; an empty one, or one that holds other things too, is an array;
 * - two members of one object may not have the same name.
 *
 * Beside the body it takes four bytes for each number in arrays, and about a
 * megabyte or two within the other default limits; the time is linear.
 *
 * @param body UTF-8, with a byte order mark or without one. It has to stay as
 *   it is until every {@link Base64Text} is decoded; whoever has none of them
 *   may give its memory back.
 * @throws AppError `invalid-json` with `pointer`, the JSON Pointer (RFC 6901)
 *   of what was refused or of what holds it. Bytes are counted from 0.
 */
export function readJson(body: Uint8Array, limits: Partial<JsonLimits> = {}): JsonValue {
  const numbers = { make: (length: number) => new Float32Array(length), kind: 'float32' };
  return new JsonReader(body, { ...defaultJsonLimits, ...limits }, numbers).read();
}

/**
 * Reads JSON whose numbers in arrays have to be exact: they come out as doubles.
 * Everything else is as in {@link readJson}.
 *
 * @throws AppError `invalid-json` with `pointer`
 */
export function readExactJson(body: Uint8Array, limits: JsonLimits): JsonValue<Float64Array> {
  const numbers = { make: (length: number) => new Float64Array(length), kind: 'a double' };
  return new JsonReader(body, limits, numbers).read();
}

/** How the numbers of arrays are kept. */
interface NumberKind<Values extends Numbers> {
  /** Sets memory aside for so many. */
  readonly make: (length: number) => Values;
  /** What one is, for a refusal. */
  readonly kind: string;
}

class JsonReader<Values extends Numbers> {
  readonly #cursor: Cursor;
  readonly #limits: JsonLimits;
  readonly #texts: TextReader;
  readonly #numbers: NumberStore<Values>;
  readonly #numberKind: string;
  #values = 0;
  #depth = 0;

  constructor(body: Uint8Array, limits: JsonLimits, { make, kind }: NumberKind<Values>) {
    this.#cursor = new Cursor(body);
    this.#limits = limits;
    this.#texts = new TextReader(this.#cursor, limits);
    this.#numbers = new NumberStore(make, limits.maxNumbers);
    this.#numberKind = kind;
  }

  read(): JsonValue<Values> {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) cursor.at = 3;
    cursor.skipSpace();
    const value = this.#readValue();
    if (cursor.skipSpace() !== undefined) cursor.refuse('the end of the JSON');
    return value;
  }

  /** Reads the value that starts here. */
  #readValue(): JsonValue<Values> {
    const cursor = this.#cursor;
    this.#countValues(1);
    const byte = cursor.bytes[cursor.at];
    switch (byte) {
      case ascii.quote:
        return this.#texts.readString();
      case ascii.openBrace:
        return this.#readObject();
      case ascii.openBracket: {
        const array = this.#readArray();
        return array instanceof Shape ? this.#lastNumbers(array) : array;
      }
      case ascii.lowerT:
        return this.#readLiteral('true', true);
      case ascii.lowerF:
        return this.#readLiteral('false', false);
      case ascii.lowerN:
        return this.#readLiteral('null', null);
    }
    if (startsNumber(byte)) return readNumber(cursor, this.#limits.maxNumberBytes);
    return cursor.refuse('a value');
  }

  #readLiteral<Value extends JsonValue>(text: string, value: Value): Value {
    const cursor = this.#cursor;
    for (let i = 0; i < text.length; i++) {
      if (cursor.bytes[cursor.at] !== text.charCodeAt(i)) cursor.refuse(text);
      cursor.at++;
    }
    return value;
  }

  #readObject(): JsonValue<Values> {
    const cursor = this.#cursor;
    this.#enter();
    const members = new Map<string, JsonValue<Values>>();
    if (cursor.skipSpace() === ascii.closeBrace) {
      this.#leave();
      return {};
    }
    for (;;) {
      if (cursor.bytes[cursor.at] !== ascii.quote) cursor.refuse('a name in quotation marks');
      const name = this.#texts.readName();
      cursor.path.push(name);
      if (members.has(name)) {
        cursor.refuseValue('The JSON has two members of the same name in one object; send one.');
      }
      if (cursor.skipSpace() !== ascii.colon) cursor.refuse('a colon behind the name');
      cursor.at++;
      cursor.skipSpace();
      members.set(name, this.#readValue());
      cursor.path.pop();
      if (this.#endsAt(ascii.closeBrace)) break;
    }
    this.#leave();
    // Unlike an assignment, this makes __proto__ a member like any other.
    return Object.fromEntries(members);
  }

  /**
   * Reads the array that starts here.
   *
   * @param neighbour the shape of the array before it
   * @returns the shape of an array of numbers, which are the last of the store then
   */
  #readArray(neighbour?: Shape): JsonValue<Values>[] | Shape {
    const cursor = this.#cursor;
    this.#enter();
    const first = cursor.skipSpace();
    let array: JsonValue<Values>[] | Shape = [];
    if (first === ascii.openBracket) array = this.#readArrays(neighbour);
    else if (startsNumber(first)) array = this.#readNumbers(neighbour);
    else if (first !== ascii.closeBracket) array = this.#readElements([]);
    this.#leave();
    return array;
  }

  /** Reads the elements of an array of which the first is a number, up to the bracket. */
  #readNumbers(neighbour?: Shape): JsonValue<Values>[] | Shape {
    const cursor = this.#cursor;
    const { bytes, path } = cursor;
    const { maxNumberBytes } = this.#limits;
    const start = cursor.at;
    this.#numbers.reserve(cursor);
    const { values, length: first } = this.#numbers;
    let tooLargeAt: number | undefined;
    let length = 0;
    path.push(0);
    do {
      if (!startsNumber(bytes[cursor.at])) {
        // Other things come, too. What was read is numbers, so that reading it again costs little.
        path.pop();
        cursor.at = start;
        return this.#readElements([]);
      }
      path[path.length - 1] = length;
      const at = cursor.at;
      readNumberInto(values, first + length, cursor, maxNumberBytes);
      if (!Number.isFinite(values[first + length])) tooLargeAt ??= at;
      length++;
    } while (!this.#endsAt(ascii.closeBracket));
    path.pop();
    if (tooLargeAt !== undefined) {
      cursor.refuseValue(
        `Expected numbers that ${this.#numberKind} can hold, but the one at byte ${tooLargeAt} of the JSON is too large.`,
      );
    }
    this.#numbers.length = first + length;
    return Shape.of(length, undefined, neighbour);
  }

  /** Reads the elements of an array of which the first is an array, up to the bracket. */
  #readArrays(neighbour?: Shape): JsonValue<Values>[] | Shape {
    const { bytes, path } = this.#cursor;
    path.push(0);
    const first = this.#readArray(neighbour?.element);
    path.pop();
    if (!(first instanceof Shape)) {
      this.#countValues(1);
      return this.#readRest([first]);
    }
    let length = 1;
    while (!this.#endsAt(ascii.closeBracket)) {
      // Where they end may change with what comes.
      const values = this.#numbers.values;
      const end = this.#numbers.length;
      const isArray = bytes[this.#cursor.at] === ascii.openBracket;
      path.push(length);
      const next: JsonValue<Values> | Shape = isArray ? this.#readArray(first) : this.#readValue();
      path.pop();
      if (next !== first) {
        this.#countValues(isArray ? length + 1 : length);
        const elements: JsonValue<Values>[] = Array.from({ length }, (_, i) =>
          numberArray(first, values, end - (length - i) * first.size),
        );
        elements.push(next instanceof Shape ? this.#lastNumbers(next) : next);
        return this.#readRest(elements);
      }
      length++;
    }
    return Shape.of(length, first, neighbour);
  }

  /** Reads what follows the elements of an array that are there, up to the bracket. */
  #readRest(elements: JsonValue<Values>[]): JsonValue<Values>[] {
    return this.#endsAt(ascii.closeBracket) ? elements : this.#readElements(elements);
  }

  /** Reads elements of an array, of which one starts here, up to the bracket. */
  #readElements(elements: JsonValue<Values>[]): JsonValue<Values>[] {
    const { path } = this.#cursor;
    do {
      path.push(elements.length);
      elements.push(this.#readValue());
      path.pop();
    } while (!this.#endsAt(ascii.closeBracket));
    return elements;
  }

  /** The array of numbers that was read last. */
  #lastNumbers(shape: Shape): NumberArray<Values> {
    const { values, length } = this.#numbers;
    return numberArray(shape, values, length - shape.size);
  }

  /** Whether the array or object ends here. If not, a comma was passed, and an element starts here. */
  #endsAt(close: number): boolean {
    const cursor = this.#cursor;
    const byte = cursor.skipSpace();
    if (byte === close) return true;
    if (byte !== ascii.comma) cursor.refuse(`a comma or ${String.fromCharCode(close)}`);
    cursor.at++;
    cursor.skipSpace();
    return false;
  }

  /** Passes an opening bracket or brace. */
  #enter(): void {
    const { maxDepth } = this.#limits;
    if (this.#depth === maxDepth) {
      this.#cursor.refuseValue(
        `The JSON has more than ${maxDepth} arrays and objects within each other; send a flatter one.`,
      );
    }
    this.#depth++;
    this.#cursor.at++;
  }

  /** Passes a closing bracket or brace. */
  #leave(): void {
    this.#depth--;
    this.#cursor.at++;
  }

  #countValues(count: number): void {
    const { maxValues } = this.#limits;
    this.#values += count;
    if (this.#values > maxValues) {
      this.#cursor.refuseValue(
        `The JSON holds more than ${maxValues} values, where an array of numbers only counts as one; send fewer.`,
      );
    }
  }
}

/** @param start index of its first number */
function numberArray<Values extends Numbers>(
  shape: Shape,
  values: Values,
  start: number,
): NumberArray<Values> {
  // A part of an array is of its type, which the language's types don't say.
  const part = values.subarray(start, start + shape.size) as Values;
  return new NumberArray(shape.lengths(), part);
}
