import type { Random } from './random.ts';

/** A number in a file. */
export interface Field {
  /** Offset of its first byte. */
  readonly at: number;
  readonly bytes: 1 | 2 | 3 | 4;
  readonly bigEndian: boolean;
}

/** Bytes that are not there count as 0. */
export function readField(bytes: Uint8Array, field: Field): number {
  let value = 0;
  for (let i = 0; i < field.bytes; i++) {
    value = value * 256 + (bytes[field.at + (field.bigEndian ? i : field.bytes - 1 - i)] ?? 0);
  }
  return value;
}

/** @returns a copy with another value in the field; bytes that are not there are not made */
export function withField(bytes: Uint8Array, field: Field, value: number): Uint8Array {
  const changed = bytes.slice();
  for (let i = 0, rest = value; i < field.bytes; i++, rest = Math.floor(rest / 256)) {
    changed[field.at + (field.bigEndian ? field.bytes - 1 - i : i)] = rest % 256;
  }
  return changed;
}

/** A value that a reader may not expect: limits, neighbours of the value that it has, anything. */
export function tellingValue(random: Random, bits: number, now: number): number {
  const limit = 2 ** bits;
  const value = random.pick([
    0,
    1,
    2,
    3,
    random.integer(0, 16),
    limit - 1,
    limit / 2,
    limit / 2 - 1,
    now + 1,
    now - 1,
    now * 2,
    Math.floor(now / 2),
    now + 2 ** random.integer(0, bits - 1),
    random.integer(0, Math.min(limit - 1, 1000)),
    random.integer(0, limit - 1),
  ]);
  return ((value % limit) + limit) % limit;
}
