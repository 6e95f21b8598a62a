import { ascii, type Cursor } from './cursor.ts';

/** The powers of ten that a double holds exactly. */
const exactPowers = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const decoder = new TextDecoder();

/** Whether a number may start with this byte. */
export function startsNumber(byte: number | undefined): boolean {
  return byte === ascii.minus || isDigit(byte);
}

const scratch = new Float64Array(1);

/**
 * Reads a number (RFC 8259, 6): the double that is nearest to it, as
 * `JSON.parse` does, Infinity for one that is beyond all doubles.
 *
 * @param maxBytes of its text
 * @throws AppError `invalid-json`
 */
export function readNumber(cursor: Cursor, maxBytes: number): number {
  readNumberInto(scratch, 0, cursor, maxBytes);
  return scratch[0];
}

/**
 * The same, into an array. A function that returned millions of doubles would
 * leave an object of each to be collected.
 */
export function readNumberInto(
  target: Float32Array | Float64Array,
  index: number,
  cursor: Cursor,
  maxBytes: number,
): void {
  const { bytes, at: start } = cursor;
  let at = start;
  // One character more than may be: a text of millions is not read to its end.
  const limit = start + maxBytes + 1;
  const isNegative = bytes[at] === ascii.minus;
  if (isNegative) at++;

  let digits = 0;
  const first = at;
  // Behind the end this is NaN, which no comparison holds for.
  let digit = bytes[at] - ascii.zero;
  for (; digit >= 0 && digit <= 9 && at < limit; digit = bytes[at] - ascii.zero) {
    digits = digits * 10 + digit;
    at++;
  }
  if (at === first) cursor.refuse('a digit', at);
  if (bytes[first] === ascii.zero && at > first + 1) {
    cursor.refuse('a number without leading zeros', first);
  }

  let exponent = 0;
  if (bytes[at] === ascii.point) {
    at++;
    const fraction = at;
    digit = bytes[at] - ascii.zero;
    for (; digit >= 0 && digit <= 9 && at < limit; digit = bytes[at] - ascii.zero) {
      digits = digits * 10 + digit;
      at++;
    }
    if (at === fraction) cursor.refuse('a digit behind the point', at);
    exponent = fraction - at;
  }
  if (bytes[at] === ascii.lowerE || bytes[at] === ascii.upperE) {
    at++;
    const isSmall = bytes[at] === ascii.minus;
    if (isSmall || bytes[at] === ascii.plus) at++;
    const power = at;
    let written = 0;
    digit = bytes[at] - ascii.zero;
    for (; digit >= 0 && digit <= 9 && at < limit; digit = bytes[at] - ascii.zero) {
      written = written * 10 + digit;
      at++;
    }
    if (at === power) cursor.refuse('a digit of the exponent', at);
    exponent += isSmall ? -written : written;
  }
  if (at >= limit) {
    cursor.refuseValue(
      `The number at byte ${start} of the JSON has more than ${maxBytes} characters; round it.`,
    );
  }
  cursor.at = at;

  // Where digits and power of ten are exact, so is one operation on them (W. D. Clinger, "How to
  // Read Floating Point Numbers Accurately", 1990, 4). Digits that were rounded are above 2^53.
  if (digits <= Number.MAX_SAFE_INTEGER && Math.abs(exponent) < exactPowers.length) {
    const magnitude =
      exponent < 0 ? digits / exactPowers[-exponent] : digits * exactPowers[exponent];
    target[index] = isNegative ? -magnitude : magnitude;
  } else {
    target[index] = Number(decoder.decode(bytes.subarray(start, at)));
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ascii.zero && byte <= ascii.nine;
}
