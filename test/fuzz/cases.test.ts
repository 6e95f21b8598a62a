import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { formats } from '../../src/image/formats.ts';
import { byteMutators } from './byte-mutators.ts';
import { Cases } from './cases.ts';
import { type CorpusFile, readCorpus, requireEveryFormat } from './corpus.ts';

const formatNames = Object.keys(formats);
let corpus: readonly CorpusFile[];

beforeAll(async () => {
  corpus = await readCorpus(formatNames);
});

/** Short, so that failures can be read. */
function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('readCorpus', () => {
  test('finds files of every format that is decoded', () => {
    expect(new Set(corpus.map(({ format }) => format))).toEqual(new Set(formatNames));
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  });

  test('names a format that it has no file of', () => {
    const check = (): void => requireEveryFormat(corpus, [...formatNames, 'jxl']);
    expect(check).toThrow(/no file to be damaged of jxl/);
  });
});

describe('Cases', () => {
  const numbers = Array.from({ length: 300 }, (_, i) => i);

  test('makes the same files for the same seed, in any order', () => {
    const make = (order: readonly number[]): Map<number, string> => {
      const cases = new Cases(7, corpus);
      return new Map(order.map((number) => [number, digest(cases.make(number).bytes)]));
    };
    const forwards = make(numbers);
    expect(make(numbers.toReversed())).toEqual(new Map([...forwards].toReversed()));
    expect(new Set(forwards.values()).size).toBeGreaterThan(280);
  });

  test('makes other files for another seed', () => {
    const [one, other] = [new Cases(7, corpus), new Cases(8, corpus)];
    const equal = numbers.filter((n) => digest(one.make(n).bytes) === digest(other.make(n).bytes));
    expect(equal.length).toBeLessThan(5);
  });

  test('leaves the files that it takes bytes from as they are', () => {
    const before = corpus.map(({ bytes }) => digest(bytes));
    const cases = new Cases(9, corpus);
    for (const number of numbers) cases.make(number).bytes.fill(0);
    expect(corpus.map(({ bytes }) => digest(bytes))).toEqual(before);
  });

  test('comes to every format, and to every kind of damage', () => {
    const cases = new Cases(7, corpus);
    const seen = new Set<string>();
    for (let number = 0; number < 5000; number++) {
      const { format, mutations } = cases.make(number);
      for (const name of [format, ...mutations]) seen.add(name);
    }
    const ofAnyFormat = [
      'swap two pieces',
      'set a field',
      'set the sides',
      'damage the contents of a piece',
    ];
    const expected = [...formatNames, ...Object.keys(byteMutators), ...ofAnyFormat];
    expect(expected.filter((name) => !seen.has(name))).toEqual([]);
  });

  test('changes few cases when a file joins the corpus', () => {
    const [first] = corpus;
    const joined = [...corpus, { ...first, name: 'another.jpg', bytes: first.bytes.slice(0, 99) }];
    const [before, after] = [new Cases(7, corpus), new Cases(7, joined)];
    const equal = numbers.filter((n) => before.make(n).source === after.make(n).source);
    expect(equal.length).toBeGreaterThan(280);
  });

  test('finds the numbers of one format', () => {
    const cases = new Cases(7, corpus);
    const [format] = formatNames;
    const found = cases.numbers(50, [format]);
    expect(found).toHaveLength(50);
    expect(found.every((number) => cases.make(number).format === format)).toBe(true);
  });
});
