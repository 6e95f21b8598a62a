import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import classes from '../../model/classes.json' with { type: 'json' };
import { closestNames } from '../../src/mobilenet/closest-names.ts';

const names = classes.flatMap((row) => row.names);
const lowerCaseNames = new Set(names.map((name) => name.toLowerCase()));
/** Of words that are still there when a letter is left out. */
const plainNames = names.filter((name) => /^[a-z]{4,}( [a-z]{4,})*$/.test(name));

const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz');

interface Slip {
  kind: 'leave out' | 'insert' | 'replace' | 'swap';
  /** From 0, the name's begin, to 1, its end. */
  place: number;
  letter: string;
}

const slip: fc.Arbitrary<Slip> = fc.record({
  kind: fc.constantFrom('leave out', 'insert', 'replace', 'swap'),
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  letter,
});

function misspelt(name: string, { kind, place, letter }: Slip): string {
  const places = [...name.matchAll(/[a-z]/g)].map(({ index }) => index);
  const at = places[Math.floor(place * places.length)];
  const [before, here, after] = [name.slice(0, at), name[at], name.slice(at + 1)];
  switch (kind) {
    case 'leave out':
      return before + after;
    case 'insert':
      return before + letter + here + after;
    case 'replace':
      return before + letter + after;
    case 'swap':
      return /^[a-z]/.test(after) ? before + after[0] + here + after.slice(1) : name;
  }
}

describe('closestNames', () => {
  test('finds every name despite one slip', () => {
    fc.assert(
      fc.property(fc.constantFrom(...plainNames), slip, (name, slipMade) => {
        const asked = misspelt(name, slipMade);
        fc.pre(asked === name || !lowerCaseNames.has(asked));
        expect(closestNames(asked, names)).toContain(name);
      }),
      { numRuns: 100 },
    );
  });

  test('prefers one slip to shared words, and shared words to two slips', () => {
    expect(closestNames('cats', ['cats paw', 'cat'])).toEqual(['cat']);
    expect(closestNames('golden', ['molded', 'golden retriever'])).toEqual(['golden retriever']);
  });

  test('puts names of like length first where they are as close', () => {
    expect(closestNames('shark', ['great white shark', 'tiger shark'])).toEqual([
      'tiger shark',
      'great white shark',
    ]);
  });

  test('finds nothing for one or two letters that only begin a word', () => {
    expect(closestNames('ti', ['tiger', 'tick'])).toEqual([]);
  });
});
