import { ascii, type Cursor } from './cursor.ts';

/** Whether a byte may stand in an array of numbers, however nested. */
const isNumeric = new Uint8Array(256);
for (const char of '0123456789+-.eE,[] \t\r\n') isNumeric[char.charCodeAt(0)] = 1;

/** Numbers rounded to float32, or as doubles. */
export type Numbers = Float32Array | Float64Array;

/**
 * Where the numbers of arrays are put, one behind the other. Memory is set
 * aside once for each stretch of the text that holds nothing but numbers,
 * brackets and commas, so that nothing has to grow, and the numbers of
 * neighbouring arrays lie side by side, as those of a tensor should.
 */
export class NumberStore<Values extends Numbers> {
  values: Values;
  /** How many of `values` are there. */
  length = 0;
  readonly #make: (length: number) => Values;
  readonly #maxNumbers: number;
  #reserved = 0;
  /** The byte at which the stretch ends. */
  #end = 0;

  /**
   * @param make sets memory aside for so many numbers
   * @param maxNumbers for how many it does so, in the whole text
   */
  constructor(make: (length: number) => Values, maxNumbers: number) {
    this.#make = make;
    this.#maxNumbers = maxNumbers;
    this.values = make(0);
  }

  /**
   * Makes room for the numbers from here to the end of the stretch. To be
   * called before the first number of each array.
   *
   * @throws AppError `invalid-json` where these are too many
   */
  reserve(cursor: Cursor): void {
    if (cursor.at < this.#end) return;
    const { bytes } = cursor;
    let end = cursor.at;
    // Numbers have a comma between them, and one behind the last if something else follows.
    let commas = 0;
    let last = 0;
    for (; end < bytes.length && isNumeric[bytes[end]] === 1; end++) {
      if (bytes[end] === ascii.comma) commas++;
      if (bytes[end] > ascii.space) last = bytes[end];
    }
    const numbers = last === ascii.comma ? commas : commas + 1;
    this.#reserved += numbers;
    if (this.#reserved > this.#maxNumbers) {
      cursor.refuseValue(
        `The JSON holds more than ${this.#maxNumbers} numbers in arrays; send fewer at once.`,
      );
    }
    this.values = this.#make(numbers);
    this.length = 0;
    this.#end = end;
  }
}
