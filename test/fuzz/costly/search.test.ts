import { describe, expect, test } from 'vitest';
import type { CorpusFile } from '../corpus.ts';
import { aims, CostlySearch, scoreOf } from './search.ts';
import type { Meter, Work } from './work-meter.ts';

/** Costs as much as its first bytes sum up to, so that damage may make it dearer. */
const bySum: Meter = (bytes) => {
  const units = bytes.subarray(0, 32).reduce((sum, byte) => sum + byte, 0) * 10e3;
  return { outcome: 'decoded', pixels: 1, units, cpuMs: units / 1e6 };
};

function file(name: string, format: string, ...bytes: readonly number[]): CorpusFile {
  return { name, format, bytes: Uint8Array.from(bytes), weight: 1 };
}

/** Of no format that has a shape, so that damage is of bytes alone. */
const corpus = [file('a', 'one', 1, 2, 3, 4), file('b', 'one', 9, 9), file('c', 'other', 7, 7)];

function search(seed: number, steps: number, measure: Meter = bySum): CostlySearch {
  const made = new CostlySearch(seed, corpus, measure);
  for (let i = 0; i < steps; i++) made.step();
  return made;
}

function described(found: CostlySearch): unknown {
  return ['one', 'other'].flatMap((format) =>
    aims.map((aim) =>
      found
        .best(format, aim)
        .map(({ source, mutations, bytes, fit }) => [source, mutations, bytes, fit]),
    ),
  );
}

describe('CostlySearch', () => {
  test('finds files that take more work than those that it began with', () => {
    const found = search(1, 300);
    const [dearest] = found.best('one', 'work');
    const first = Math.max(...corpus.map(({ bytes }) => bySum(bytes, 'crop').units));
    expect(dearest.work.units).toBeGreaterThan(20 * first);
    expect(dearest.mutations.length).toBeGreaterThan(1);
  });

  test('finds the same files for the same seed, and others for another', () => {
    expect(described(search(3, 60))).toEqual(described(search(3, 60)));
    expect(described(search(3, 60))).not.toEqual(described(search(4, 60)));
  });

  test('keeps the best of each source by each aim, the best first', () => {
    const found = search(5, 200);
    for (const aim of aims) {
      const files = found.best('one', aim);
      const scores = files.map((each) => scoreOf(aim, each));
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(new Set(files.map(({ source }) => source)).size).toBe(files.length);
    }
  });

  test('damages files of a format with those of the same format only', () => {
    const found = search(6, 100);
    const sources = (format: string): string[] =>
      aims.flatMap((aim) => found.best(format, aim).map(({ source }) => source));
    expect(new Set(sources('other'))).toEqual(new Set(['c']));
    expect(sources('one')).not.toContain('c');
  });

  test('prefers time that no unit was counted for, by that aim', () => {
    const free: Work = { outcome: 'decoded', pixels: 1, units: 0, cpuMs: 50 };
    const measure: Meter = (bytes, fit) => (bytes.length > 40 ? free : bySum(bytes, fit));
    const [slowest] = search(7, 200, measure).best('one', 'time for a unit');
    expect(slowest.work).toEqual(free);
  });
});
