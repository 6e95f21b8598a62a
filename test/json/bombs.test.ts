import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { Base64Text, decodeBase64Text } from '../../src/json/base64-text.ts';
import { readJson } from '../../src/json/read-json.ts';
import { allocatedBytes } from '../image/allocated-bytes.ts';

const bodyBytes = 20_000_000;
const tensorBytes = 4_000_000;

/** A body that repeats this, behind a head. */
function body(repeated: string, head = '', tail = '', maxBytes = bodyBytes): Uint8Array {
  const bytes = Buffer.alloc(maxBytes, repeated);
  bytes.copyWithin(head.length, 0);
  const start = bytes.write(head);
  const whole =
    start + Math.floor((maxBytes - start - tail.length) / repeated.length) * repeated.length;
  return bytes.subarray(0, whole + bytes.write(tail, whole));
}

/** All that the language's objects of this work take, whether or not they are freed. */
function heapBytes(work: () => void): number {
  const before = getHeapStatistics().total_allocated_bytes;
  work();
  return getHeapStatistics().total_allocated_bytes - before;
}

/** Reads it, or is refused. */
function attempt(bytes: Uint8Array): void {
  try {
    readJson(bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

/** What ten thousand values may take, with what reading them leaves to be collected. */
const valuesBytes = bodyBytes / 2;

/** Names of what is repeated; what; what stands before it and behind it. */
const bombs: Record<string, [string, string?, string?]> = {
  'opening brackets': ['['],
  'opening braces': ['{"a":'],
  'empty arrays': ['[],', '[', '0]'],
  'nested empty arrays': ['[[[]]],', '[', '0]'],
  'arrays of a string': ['[""],', '[', '0]'],
  'mixed arrays': ['[1,""],', '[', '0]'],
  'empty objects': ['{},', '[', '0]'],
  'objects of numbers': ['{"a":[0]},', '[', '0]'],
  'empty strings': ['"",', '[', '0]'],
  'short strings': [`"${'A'.repeat(4000)}",`, '[', '0]'],
  'strings with escapes': [`"${'\\u20ac'.repeat(600)}",`, '[', '0]'],
  'long strings': [`"${'A'.repeat(5000)}",`, '[', '0]'],
  nulls: ['null,', '[', '0]'],
  'long names': [`"${'a'.repeat(250)}":0,`, '{', '"":0}'],
  'too many numbers': ['0,', '[', '0]'],
  'too many numbers in arrays': ['[1],', '[', '[1]]'],
  'one string': ['A', '"', '"'],
  'one string of escapes': ['\\u0000', '"', '"'],
  'one name': ['a', '{"', '":0}'],
  'one number': ['1'],
  'one fraction': ['1', '0.'],
  'one exponent': ['1', '1e'],
  'one small exponent': ['0', '1e-'],
  'white space': [' '],
  'white space in an array': [' ', '[', '0]'],
};

/** What is repeated; behind what; before what; how many numbers it has. */
const tensors: Record<string, [string, string, string, number]> = {
  'flat numbers': ['0.25,', '[', '0]', 1],
  'nested numbers': ['[128,255,100],', '[', '[0,0,0]]', 3],
  'arrays that turn out to be mixed': ['[0.5],', '[', '"x"]', 1],
  'arrays of different shapes': ['[[[1.25]],[2]],', '[', '0]', 2],
};

describe('readJson with a large body', () => {
  it.for(Object.entries(bombs))('takes little more memory for %s', ([, pieces]) => {
    const bytes = body(...pieces);
    expect(allocatedBytes(() => attempt(bytes))).toBeLessThan(valuesBytes / 10);
    expect(heapBytes(() => attempt(bytes))).toBeLessThan(valuesBytes);
  });

  it.for(Object.entries(tensors))('takes four bytes a number for %s', ([, tensor]) => {
    const [repeated, head, tail, perPiece] = tensor;
    const bytes = body(repeated, head, tail, tensorBytes);
    const numbers = Math.ceil(tensorBytes / repeated.length) * perPiece;
    expect(allocatedBytes(() => attempt(bytes))).toBeLessThan(4 * numbers + 100);
  });

  it('leaves a photo where it is, which is decoded in its own memory', () => {
    const bytes = body('A', '"data:image/jpeg;base64,', '"');
    const photo = readJson(bytes);
    if (!(photo instanceof Base64Text)) throw new Error('It is not long enough.');
    const decoded: Uint8Array[] = [];
    // Which the platform reads from short strings, one at a time.
    const taken = heapBytes(() => decoded.push(decodeBase64Text(photo, '')));
    expect(taken).toBeLessThan(1.3 * bodyBytes);
    expect(decoded[0].buffer).toBe(bytes.buffer);
    expect(decoded[0].length).toBe(14_999_981);
  });
});
