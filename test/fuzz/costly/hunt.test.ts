import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Extreme } from '../extremes/extreme.ts';
import { maxFileBytes } from '../mutator.ts';
import { Hunt } from './hunt.ts';
import { formatHunt, formatJson } from './report.ts';
import type { Measurable, Meter, Work } from './work-meter.ts';

function file(name: string, length: number): Extreme {
  return { name, format: 'made up', why: '', make: () => new Uint8Array(length) };
}

const reference: Measurable = { bytes: new Uint8Array(12), fit: 'crop' };
const honest: Work = { outcome: 'decoded', pixels: 12e6, units: 10e6, cpuMs: 40 };

/** Files by their length: the reference has 12 bytes. */
function measuring(works: Readonly<Record<number, Partial<Work>>>): Meter {
  return ({ length }) => ({ ...honest, ...(length === 12 ? {} : works[length]) });
}

/** Only looks at files as they are. */
function look(extremes: readonly Extreme[], measure: Meter): Hunt {
  const hunt = new Hunt({ seed: 1, corpus: [], extremes, reference, measure });
  while (hunt.waiting > 0) hunt.step();
  return hunt;
}

describe('Hunt', () => {
  test('looks at each file that was made by hand, for every fit', () => {
    const seen: string[] = [];
    const measure: Meter = ({ length }, fit) => {
      seen.push(`${length} ${fit}`);
      return honest;
    };
    look([file('a', 5), file('b', 6)], measure);
    for (const each of ['5 crop', '5 squash', '5 pad', '6 crop', '6 squash', '6 pad']) {
      expect(seen).toContain(each);
    }
  });

  test('finds a file that takes more than the budget counts', () => {
    const hunt = look(
      [file('counted', 5), file('free', 6)],
      measuring({ 5: { units: 300e6, cpuMs: 400 }, 6: { units: 1e6, cpuMs: 400 } }),
    );
    expect(hunt.undercharged.map(({ source }) => source)).toEqual(['free']);
    // Ten times the reference, which stands for 30 million units.
    expect(hunt.undercharged[0].verdict).toMatchObject({ ratio: 10, spentUnits: 300e6 });
  });

  test('judges large files as well, and damages small ones alone', () => {
    const large = maxFileBytes + 1;
    const hunt = look(
      [file('large', large), file('small', 5)],
      measuring({ [large]: { units: 1e6, cpuMs: 400 } }),
    );
    expect(hunt.undercharged.map(({ source }) => source)).toEqual(['large']);
    for (let i = 0; i < 100; i++) hunt.step();
    const sources = [...hunt.records.values()].flatMap((records) =>
      [...records.values()].filter(({ mutations }) => mutations.length > 0),
    );
    expect(sources.every(({ source }) => source === 'small')).toBe(true);
    expect(hunt.decoded).toBe(106);
  });

  test('takes no file for undercharged whose time another program took once', () => {
    let turn = 0;
    const measure: Meter = ({ length }) => {
      const isDisturbed = length === 5 && turn++ === 0;
      return { ...honest, units: 20e6, cpuMs: isDisturbed ? 900 : 40 };
    };
    expect(look([file('disturbed', 5)], measure).undercharged).toEqual([]);
  });

  test('finds a file however busy the machine is, as the reference is slowed down as well', () => {
    let slowdown = 1;
    const measure: Meter = ({ length }) => {
      slowdown *= 1.1;
      return { ...honest, units: 20e6, cpuMs: (length === 12 ? 40 : 60) * slowdown };
    };
    expect(look([file('a', 5), file('b', 6)], measure).undercharged).toEqual([]);
  });

  test('names the files that fail, with what was counted and what their time stands for', () => {
    const hunt = look([file('free', 6)], measuring({ 6: { units: 1e6, cpuMs: 400 } }));
    const text = stripVTControlCharacters(formatHunt(hunt));
    expect(text).toMatch(/free/);
    expect(text).toMatch(/1\.0 M +300\.0 M +10\.0x/);
    expect(JSON.parse(formatJson(1, hunt))).toMatchObject({
      seed: 1,
      undercharged: [{ source: 'free', units: 1e6, spentUnits: 300e6, ratio: 10 }],
    });
  });
});
