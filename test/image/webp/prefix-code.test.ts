/** Look-ups of prefix codes against the codes themselves (RFC 9649, 3.7.2). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildPrefixCode,
  maxTableEntries,
  type PrefixCodeTable,
  rootBits,
} from '../../../src/image/webp/vp8l/prefix-code.ts';
import { seededRandom } from '../../../src/seeded-random.ts';
import { treeDepths } from './any-prefix-code.ts';

const seed = 20_261_124;

/** Where the tables begin, so that a start of 0 is not taken for granted. */
const at = 3;

/** Lengths of a code of so many symbols, and as many that have none between them. */
const anyLengths = fc
  .tuple(fc.integer({ min: 2, max: 700 }), fc.nat(2 ** 31 - 1))
  .map(([symbols, drawn]) => {
    const random = seededRandom(drawn);
    const gaps = random() < 0.5 ? 2 : 1;
    const lengths = new Uint8Array(symbols * gaps);
    for (const [i, depth] of treeDepths(random, symbols).entries()) lengths[i * gaps] = depth;
    return lengths;
  });

/** Each symbol's code, the bit that is read first the lowest. */
function codesOf(lengths: Uint8Array): { symbol: number; length: number; bits: number }[] {
  const used = [...lengths.entries()].filter(([, length]) => length > 0);
  let next = 0;
  let last = 0;
  return used
    .sort(([a, lengthOfA], [b, lengthOfB]) => lengthOfA - lengthOfB || a - b)
    .map(([symbol, length]) => {
      next <<= length - last;
      last = length;
      const code = next++;
      let bits = 0;
      for (let bit = 0; bit < length; bit++) bits |= ((code >> bit) & 1) << (length - 1 - bit);
      return { symbol, length, bits };
    });
}

function build(lengths: Uint8Array): { code: PrefixCodeTable | undefined; entries: Uint16Array } {
  const entries = new Uint16Array(at + maxTableEntries(lengths.length));
  return { code: buildPrefixCode(lengths, lengths.length, entries, at), entries };
}

describe('buildPrefixCode', () => {
  test('finds every symbol of any code, whatever is behind it', () => {
    fc.assert(
      fc.property(anyLengths, fc.nat(2 ** 15 - 1), (lengths, behind) => {
        const { code, entries } = build(lengths);
        if (code === undefined) throw new Error('The code was refused.');
        expect(code.entries).toBeLessThanOrEqual(maxTableEntries(lengths.length));
        for (const { symbol, length, bits } of codesOf(lengths)) {
          const next = bits | (behind << length);
          let entry = entries[at + (next & ((1 << code.bits) - 1))];
          if ((entry & 15) > rootBits) {
            const rest = (next >> rootBits) & ((1 << ((entry & 15) - rootBits)) - 1);
            entry = entries[at + (entry >> 4) + rest];
          }
          expect(entry).toBe((symbol << 4) | length);
        }
      }),
      { numRuns: 120, seed },
    );
  });

  test('takes no bits for the only symbol, however long its code is', () => {
    for (let length = 1; length <= 15; length++) {
      const lengths = new Uint8Array(40).fill(length, 17, 18);
      const { code, entries } = build(lengths);
      expect(code).toEqual({ bits: 0, entries: 1 });
      expect(entries[at]).toBe(17 << 4);
    }
  });

  test('refuses lengths that leave a place of the tree empty, or use one twice', () => {
    fc.assert(
      fc.property(anyLengths, fc.nat(), fc.boolean(), (lengths, which, isLonger) => {
        const used = [...lengths.keys()].filter((symbol) => lengths[symbol] > 0);
        fc.pre(used.length >= 3);
        const symbol = used[which % used.length];
        fc.pre(isLonger ? lengths[symbol] < 15 : lengths[symbol] > 1);
        const changed = lengths.with(symbol, lengths[symbol] + (isLonger ? 1 : -1));
        expect(build(changed).code).toBeUndefined();
      }),
      { numRuns: 120, seed },
    );
  });

  test('refuses a code without symbols', () => {
    expect(build(new Uint8Array(256)).code).toBeUndefined();
  });
});
