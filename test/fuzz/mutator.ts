import type { Random } from './random.ts';

/**
 * A way to damage a file.
 *
 * @param file stays as it is
 * @param other a file to take bytes from; stays as it is
 * @returns the damaged file, or the same where nothing could be changed in this way
 */
export type Mutator = (file: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/** Files don't grow beyond this, so that mutations of mutations stay fast. */
export const maxFileBytes = 2 ** 20;

/** @returns the parts one after another, in memory of their own */
export function joinBytes(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
