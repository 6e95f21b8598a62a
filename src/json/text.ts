import { Base64Text } from './base64-text.ts';
import { ascii, type Cursor } from './cursor.ts';
import { hexDigit } from './hex-digit.ts';

/** What a byte is within a string. */
const kind = { plain: 0, beyondAscii: 1, escape: 2, quote: 4, control: 8 } as const;
const kinds = new Uint8Array(256);
kinds.fill(kind.control, 0, 0x20);
kinds.fill(kind.beyondAscii, 0x80);
kinds[ascii.quote] = kind.quote;
kinds[ascii.backslash] = kind.escape;

/** What may follow a backslash, but for `u` and its four digits. */
const isEscape = new Uint8Array(256);
for (const char of '"\\/bfnrt') isEscape[char.charCodeAt(0)] = 1;

/** A byte order mark is part of a string like any other character. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A string between its quotation marks, found and checked but for its UTF-8. */
interface Found {
  readonly start: number;
  readonly end: number;
  readonly hasEscapes: boolean;
  readonly isAscii: boolean;
}

export interface TextLimits {
  readonly maxNameBytes: number;
  readonly maxStringBytes: number;
  readonly maxTextBytes: number;
}

/** Reads the strings of one JSON text (RFC 8259, 7), and minds how much they take together. */
export class TextReader {
  readonly #cursor: Cursor;
  readonly #limits: TextLimits;
  #textBytes = 0;

  constructor(cursor: Cursor, limits: TextLimits) {
    this.#cursor = cursor;
    this.#limits = limits;
  }

  /** Reads the name of a member; the cursor stands at its quotation mark. */
  readName(): string {
    const found = findEnd(this.#cursor);
    const { maxNameBytes } = this.#limits;
    if (found.end - found.start > maxNameBytes) {
      this.#cursor.refuseValue(
        `Expected names of at most ${maxNameBytes} bytes, but the one at byte ${found.start} of the JSON is longer.`,
      );
    }
    return this.#toString(found);
  }

  /** Reads a string; the cursor stands at its quotation mark. A long one is left where it is. */
  readString(): string | Base64Text {
    const found = findEnd(this.#cursor);
    const { maxStringBytes } = this.#limits;
    if (found.end - found.start <= maxStringBytes) return this.#toString(found);
    if (!found.isAscii) {
      this.#cursor.refuseValue(
        `Expected the string at byte ${found.start} of the JSON to be base64, as it has more than ${maxStringBytes} bytes, but it has other characters.`,
      );
    }
    return new Base64Text(this.#cursor.bytes.subarray(found.start, found.end));
  }

  #toString({ start, end, hasEscapes }: Found): string {
    const { maxTextBytes } = this.#limits;
    this.#textBytes += end - start;
    if (this.#textBytes > maxTextBytes) {
      this.#cursor.refuseValue(
        `The names and short strings of the JSON take more than ${maxTextBytes} bytes together; send fewer.`,
      );
    }
    if (!hasEscapes) return this.#decode(start, end);
    // With its quotation marks it is a JSON text of its own, and a short one.
    return JSON.parse(this.#decode(start - 1, end + 1));
  }

  #decode(start: number, end: number): string {
    try {
      return decoder.decode(this.#cursor.bytes.subarray(start, end));
    } catch {
      return this.#cursor.refuseValue(
        `Expected UTF-8, but the string at byte ${start} of the JSON is not.`,
      );
    }
  }
}

/** Passes a string; the cursor stands at its quotation mark, and then behind the other. */
function findEnd(cursor: Cursor): Found {
  const { bytes } = cursor;
  const start = cursor.at + 1;
  let seen = 0;
  let at = start;
  for (;;) {
    while (at < bytes.length && kinds[bytes[at]] <= kind.beyondAscii) {
      seen |= kinds[bytes[at]];
      at++;
    }
    if (bytes[at] === ascii.quote) break;
    if (bytes[at] !== ascii.backslash) {
      const isEnd = at >= bytes.length;
      cursor.refuse(isEnd ? 'a quotation mark' : 'an escape instead of a control character', at);
    }
    seen |= kind.escape;
    at = passEscape(cursor, at);
  }
  cursor.at = at + 1;
  return {
    start,
    end: at,
    hasEscapes: (seen & kind.escape) !== 0,
    isAscii: (seen & kind.beyondAscii) === 0,
  };
}

/** @returns where the escape that starts at this backslash ends */
function passEscape(cursor: Cursor, start: number): number {
  const { bytes } = cursor;
  if (isEscape[bytes[start + 1] ?? 0] === 1) return start + 2;
  if (bytes[start + 1] !== ascii.lowerU) {
    cursor.refuse('one of " \\ / b f n r t u behind the backslash', start + 1);
  }
  for (let at = start + 2; at < start + 6; at++) {
    if (hexDigit(bytes[at]) === -1) cursor.refuse('four hexadecimal digits behind \\u', at);
  }
  return start + 6;
}
