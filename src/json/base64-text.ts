import { AppError } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import { unescapeAscii } from './escapes.ts';

/**
 * A long string of the JSON, left where it came in: a file in base64, if
 * anything. {@link decodeBase64Text} gives the file's bytes.
 */
export class Base64Text {
  #text: Uint8Array | undefined;

  /** @param text what stood between the quotation marks, a part of the body's memory */
  constructor(text: Uint8Array) {
    this.#text = text;
  }

  /**
   * The string as ASCII, in the same memory; characters beyond ASCII become
   * bytes that it doesn't have. It is handed over, and this object left empty.
   *
   * @throws Error if it was taken before: its memory holds something else by now
   */
  takeText(): Uint8Array {
    if (this.#text === undefined) throw new Error('The text was taken before.');
    const text = unescapeAscii(this.#text);
    this.#text = undefined;
    return text;
  }
}

/**
 * The bytes of a file that the JSON holds as base64 or as a data URL, in any
 * spelling that {@link decodeBase64} knows. Those of a {@link Base64Text} take
 * the memory of its text, and it can be decoded once only.
 *
 * @param pointer the JSON Pointer of the string, for the refusal
 * @returns no bytes for an empty string
 * @throws AppError `invalid-json` with `pointer`
 */
export function decodeBase64Text(text: string | Base64Text, pointer: string): Uint8Array {
  const ascii = text instanceof Base64Text ? text.takeText() : new TextEncoder().encode(text);
  try {
    return decodeBase64(ascii);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new AppError('invalid-json', `Expected a file in base64: ${cause.message}.`, {
      facts: { pointer },
      cause,
    });
  }
}
