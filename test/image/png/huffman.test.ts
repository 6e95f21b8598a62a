import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HuffmanTable } from '../../../src/image/png/huffman.ts';

/** Each symbol's meaning is its number. */
const meanings = Int32Array.from({ length: 40 }, (_, symbol) => symbol << 16);

/** Codes by symbol as RFC 1951 makes them (3.2.2), as text with the first bit first. */
function codesOf(lengths: readonly number[]): (string | undefined)[] {
  const codes: (string | undefined)[] = lengths.map(() => undefined);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    for (const [symbol, each] of lengths.entries()) {
      if (each !== length) continue;
      codes[symbol] = code.toString(2).padStart(length, '0');
      code += 1;
    }
    code *= 2;
  }
  return codes;
}

/** What a table makes of data that begins with these bits. */
function lookUp(table: HuffmanTable, bits: string): { symbol: number; length: number } {
  const data = Number.parseInt([...bits.padEnd(15, '0')].reverse().join(''), 2);
  const meaning = table.lookup[data & table.lookupMask] || table.longCode(data);
  return { symbol: meaning >> 16, length: meaning & 15 };
}

/** The share of all codes that these lengths take: 1 where they are complete. */
function share(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + (length === 0 ? 0 : 2 ** -length), 0);
}

/** Lengths of a complete code: begins with one, and splits codes in two. */
const completeLengths = fc
  .array(fc.nat(), { minLength: 1, maxLength: 38 })
  .map((splits) => {
    const lengths = [0, 1, 1];
    for (const split of splits) {
      const at = lengths.findIndex(
        (length, i) => i >= split % lengths.length && length > 0 && length < 15,
      );
      if (at < 0) continue;
      lengths[at] += 1;
      lengths.push(lengths[at]);
    }
    return lengths.slice(0, meanings.length);
  })
  .filter((lengths) => share(lengths) === 1);

describe('HuffmanTable', () => {
  test.for([5, 9, 15])('knows every code of any lengths with look-ups of %i bits', (lookupBits) => {
    const table = new HuffmanTable(lookupBits, meanings);
    fc.assert(
      fc.property(completeLengths, (lengths) => {
        // Lengths may stand anywhere among others.
        expect(table.build(Uint8Array.of(7, ...lengths, 7), 1, lengths.length + 1)).toBe(true);
        for (const [symbol, code] of codesOf(lengths).entries()) {
          if (code === undefined) continue;
          expect(lookUp(table, code)).toEqual({ symbol, length: code.length });
          expect(lookUp(table, code.padEnd(15, '1'))).toEqual({ symbol, length: code.length });
        }
      }),
      { numRuns: 300 },
    );
  });

  test('refuses lengths of which there are too many, or too few', () => {
    const table = new HuffmanTable(9, meanings);
    const anyLengths = fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 40 });
    const mostlyLong = fc.array(fc.integer({ min: 3, max: 6 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(anyLengths, mostlyLong, completeLengths), (lengths) => {
        const isSingle = lengths.every((length) => length <= 1);
        const isSound = share(lengths) === 1 || (isSingle && share(lengths) <= 1);
        expect(table.build(Uint8Array.from(lengths), 0, lengths.length)).toBe(isSound);
      }),
      { numRuns: 2000 },
    );
  });

  test('has no meaning for the bit that a single code leaves', () => {
    const table = new HuffmanTable(9, meanings);
    expect(table.build(Uint8Array.of(0, 0, 1), 0, 3)).toBe(true);
    expect(lookUp(table, '0')).toEqual({ symbol: 2, length: 1 });
    expect(lookUp(table, '1')).toEqual({ symbol: 0, length: 0 });
  });
});
