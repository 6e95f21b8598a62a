/** Filter types (W3C PNG Third Edition, 9.2). */
const filterTypes = { none: 0, sub: 1, up: 2, average: 3, paeth: 4 } as const;

/** Work for each byte that a filter is taken off, by its type; a row of another type is not decoded. */
const unitsOfTypes = [0.3, 1, 1, 2, 4];

export function filterUnits(type: number): number {
  return unitsOfTypes[type] ?? 0;
}

/** So few are copied sooner one by one. */
const fewBytes = 64;

/**
 * Takes the filter off a row: adds to each byte what its filter type predicts
 * from the bytes to the left, above, and above left.
 *
 * Rows lie behind a margin of `left` zeros, which are what the picture has to
 * its left.
 *
 * @param filtered holds the row from `from` on, without its filter type
 * @param row gets `bytes` bytes behind the margin; may be fewer than the row
 *   has, as none depends on those to its right
 * @param above the row above; zeros for a pass's first one
 * @param left bytes from one pixel to the next, 1 or more
 * @returns false where there is no such filter type
 */
export function unfilter(
  type: number,
  filtered: Uint8Array,
  from: number,
  row: Uint8Array,
  above: Uint8Array,
  left: number,
  bytes: number,
): boolean {
  const end = left + bytes;
  const shift = from - left;
  switch (type) {
    case filterTypes.none:
      if (bytes > fewBytes) row.set(filtered.subarray(from, from + bytes), left);
      else for (let i = left; i < end; i++) row[i] = filtered[shift + i];
      return true;
    case filterTypes.sub:
      for (let i = left; i < end; i++) row[i] = filtered[shift + i] + row[i - left];
      return true;
    case filterTypes.up:
      for (let i = left; i < end; i++) row[i] = filtered[shift + i] + above[i];
      return true;
    case filterTypes.average:
      for (let i = left; i < end; i++) {
        row[i] = filtered[shift + i] + ((row[i - left] + above[i]) >> 1);
      }
      return true;
    case filterTypes.paeth:
      unfilterPaeth(filtered, shift, row, above, left, end);
      return true;
    default:
      return false;
  }
}

/** Filtered bytes, and the same memory as 32-bit words. */
export interface FilteredBytes {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
}

/**
 * Tells whether a row repeats the one above, without taking its filter off: Up and
 * Paeth predict the byte above where the row was the same so far, and nothing is added to that.
 *
 * @param filtered holds the row from `from` on, without its filter type
 * @param bytes how many of them are compared, from the left
 */
export function repeatsAbove(
  type: number,
  filtered: FilteredBytes,
  from: number,
  bytes: number,
): boolean {
  if (type !== filterTypes.up && type !== filterTypes.paeth) return false;
  return areZeros(filtered, from, from + bytes);
}

function areZeros({ bytes, words }: FilteredBytes, from: number, end: number): boolean {
  let at = from;
  for (; at < end && at % 4 > 0; at++) if (bytes[at] !== 0) return false;
  const endWord = end >> 2;
  for (let word = at >> 2; word < endWord; word++) if (words[word] !== 0) return false;
  for (at = Math.max(at, endWord * 4); at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}

/**
 * The Paeth predictor (9.4) takes the one of left, above and above left that is
 * nearest to left + above - above left. Which one that is can't be foreseen by
 * a processor, so that branches would cost twice the time. With c for above
 * left, and low and high for the smaller and the greater of the others:
 *
 * - c is nearest where low < 3c - low - high < high;
 * - else the one that is farther from c: low where that is high or more, and
 *   high where it is low or less.
 *
 * The differences' signs, shifted to all ones or none, select.
 */
function unfilterPaeth(
  filtered: Uint8Array,
  shift: number,
  row: Uint8Array,
  above: Uint8Array,
  left: number,
  end: number,
): void {
  for (let i = left; i < end; i++) {
    const a = row[i - left];
    const b = above[i];
    const c = above[i - left];
    const less = (a - b) & ((a - b) >> 31);
    const low = b + less;
    const high = a - less;
    const threshold = 3 * c - a - b;
    const isBelowHigh = (threshold - high) >> 31;
    const isAboveLow = (low - threshold) >> 31;
    const lowOrC = low ^ ((low ^ c) & isBelowHigh);
    row[i] = filtered[shift + i] + (high ^ ((high ^ lowOrC) & isAboveLow));
  }
}
