import { AppError } from '../errors.ts';

/** Bytes that have a meaning in JSON. */
export const ascii = {
  tab: 0x09,
  newline: 0x0a,
  return: 0x0d,
  space: 0x20,
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  upperE: 0x45,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  lowerE: 0x65,
  lowerF: 0x66,
  lowerN: 0x6e,
  lowerT: 0x74,
  lowerU: 0x75,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** Where the reader of a JSON text stands: at which byte, and in which value. */
export class Cursor {
  readonly bytes: Uint8Array;
  at = 0;
  /** Names and indices that lead from the whole to the value that is being read. */
  readonly path: (string | number)[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Passes white space (RFC 8259, 2) and returns the byte behind it, undefined at the end. */
  skipSpace(): number | undefined {
    const { bytes } = this;
    let at = this.at;
    let byte = bytes[at];
    while (
      byte === ascii.space ||
      byte === ascii.newline ||
      byte === ascii.return ||
      byte === ascii.tab
    ) {
      at++;
      byte = bytes[at];
    }
    this.at = at;
    return byte;
  }

  /** Refuses what stands here. @param expected a noun phrase: what would be right */
  refuse(expected: string, at = this.at): never {
    return this.refuseValue(
      `Expected ${expected} at byte ${at} of the JSON but found ${described(this.bytes[at])}.`,
    );
  }

  /**
   * Refuses the value that is being read.
   *
   * @param message whole sentences
   * @throws AppError `invalid-json` with the `pointer` (RFC 6901) to that value
   */
  refuseValue(message: string): never {
    throw new AppError('invalid-json', message, { facts: { pointer: pointerOf(this.path) } });
  }
}

/** A JSON Pointer (RFC 6901, 3); the empty one is that of the whole. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function described(byte: number | undefined): string {
  if (byte === undefined) return 'its end';
  if (byte > ascii.space && byte < 0x7f) return `"${String.fromCharCode(byte)}"`;
  return `the byte 0x${byte.toString(16).padStart(2, '0')}`;
}
