import { seededRandom } from '../../../src/seeded-random.ts';

/** How long the next run of one value (or for 4 bits, of two in turn) is. */
function runLength(row: readonly number[], from: number, bits: 4 | 8): number {
  let end = from + 1;
  const period = bits === 4 ? 2 : 1;
  while (
    end < row.length &&
    end - from < 255 &&
    (end - from < period || row[end] === row[end - period])
  ) {
    end += 1;
  }
  return end - from;
}

function run(row: readonly number[], from: number, length: number, bits: 4 | 8): number[] {
  const first = row[from];
  return [length, bits === 8 ? first : (first << 4) | (row[from + 1] ?? 0)];
}

/** Values one by one, padded to a 16-bit word. */
function singles(row: readonly number[], from: number, length: number, bits: 4 | 8): number[] {
  const values = row.slice(from, from + length);
  const bytes =
    bits === 8
      ? values
      : Array.from({ length: Math.ceil(length / 2) }, (_, i) => {
          return (values[2 * i] << 4) | (values[2 * i + 1] ?? 9);
        });
  return [0, length, ...bytes, ...(bytes.length % 2 === 1 ? [0xee] : [])];
}

/**
 * Run-length-encodes rows in every way that the format has, chosen at random: runs, single values,
 * and moves over values of 0, which are what is not written.
 *
 * @param rows in the order in which they are stored
 */
export function encodeRunLengths(
  rows: readonly (readonly number[])[],
  bits: 4 | 8,
  seed = 1,
): Uint8Array {
  const random = seededRandom(seed);
  const bytes: number[] = [];
  for (const row of rows) {
    let column = 0;
    while (column < row.length) {
      const zeros = row.slice(column).findIndex((value) => value !== 0);
      if (zeros < 0 && random() < 0.7) break;
      const left = row.length - column;
      if (zeros > 0 && random() < 0.7) {
        const skipped = Math.min(zeros, 255);
        bytes.push(0, 2, skipped, 0);
        column += skipped;
      } else if (left >= 3 && random() < 0.4) {
        const length = Math.min(left, 255, 3 + Math.floor(random() * 9));
        bytes.push(...singles(row, column, length, bits));
        column += length;
      } else {
        const length = runLength(row, column, bits);
        bytes.push(...run(row, column, length, bits));
        column += length;
      }
    }
    bytes.push(0, 0);
  }
  return Uint8Array.from([...bytes, 0, 1]);
}
