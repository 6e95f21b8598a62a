/** How values of {@link readJson} that JSON.parse doesn't give are seen by zod schemas. */
import * as z from 'zod';
import { Base64Text } from './base64-text.ts';
import { NumberArray } from './number-array.ts';

/**
 * A string, short or long, to be handed to `decodeBase64Text`.
 *
 * @param message what is expected, for the refusal
 */
export function base64Text(message: string) {
  return z
    .custom<string | Base64Text>(
      (value) => typeof value === 'string' || value instanceof Base64Text,
      message,
    )
    .meta({ type: 'string', contentEncoding: 'base64' });
}

const maxListLength = 16;

/** A list of at most 16 numbers, as a plain array; they were rounded to float32. */
export const numberList = z.preprocess(
  (value) =>
    value instanceof NumberArray && value.shape.length === 1 && value.values.length <= maxListLength
      ? Array.from(value.values)
      : value,
  z.array(z.number(), `Expected a list of at most ${maxListLength} numbers`),
);
