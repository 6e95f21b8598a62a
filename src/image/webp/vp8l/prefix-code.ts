/** Prefix codes as look-ups (RFC 9649, 3.7.2). */

/** The longest code. */
export const maxCodeLength = 15;

/** Bits that the first look-up sees, at the most. */
export const rootBits = 8;

/**
 * The most entries of a code. Codes that are longer than the first look-up
 * sees share second ones. Codes are given out by length, so that those of a
 * second look-up are all as long as the longest of the one before, or longer;
 * and it takes at least as many of them to fill it as the one before has
 * entries. Hence all but the last have no more entries than there are symbols.
 */
export function maxTableEntries(symbols: number): number {
  return (1 << rootBits) + symbols + (1 << (maxCodeLength - rootBits));
}

/** A code that was built. */
export interface PrefixCodeTable {
  /** Bits that the first look-up sees; 0 where there is one symbol, which takes no bits. */
  readonly bits: number;
  readonly entries: number;
}

/** How many codes there are of each length, and which comes next; of one call. */
const counts = new Int32Array(maxCodeLength + 1);
const nextCodes = new Int32Array(maxCodeLength + 1);
/** Of the codes that begin with the same bits, the longest. */
const longestBehind = new Uint8Array(1 << rootBits);

/** The bits of a byte the other way round. */
const reversedBytes = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
});

/** The bits of a code in the order in which they are read. */
function reversedCode(code: number, length: number): number {
  const reversed = (reversedBytes[code & 0xff] << 8) | reversedBytes[code >> 8];
  return reversed >> (16 - length);
}

/** Builds the look-up of a code that takes no bits. */
export function oneSymbolCode(symbol: number, entries: Uint16Array, at: number): PrefixCodeTable {
  entries[at] = symbol << 4;
  return { bits: 0, entries: 1 };
}

/** Builds the look-up of a code whose symbols take one bit each; the lower one has 0. */
export function twoSymbolsCode(
  one: number,
  other: number,
  entries: Uint16Array,
  at: number,
): PrefixCodeTable {
  entries[at] = (Math.min(one, other) << 4) | 1;
  entries[at + 1] = (Math.max(one, other) << 4) | 1;
  return { bits: 1, entries: 2 };
}

/**
 * Builds the look-ups of one code.
 *
 * An entry is `symbol << 4 | length`, by the bits as they are read, lowest
 * first. Where its length is more than {@link rootBits}, it stands for longer
 * codes: it is `start << 4 | length` of a second look-up, by the bits behind
 * the first ones, up to this length.
 *
 * @param lengths of the codes by symbol, 0..15; 0 for a symbol that has none
 * @param symbols how many there are, up to 4096
 * @param entries takes the entries, from `at` on
 * @returns undefined where the lengths are not those of a prefix code
 */
export function buildPrefixCode(
  lengths: Uint8Array,
  symbols: number,
  entries: Uint16Array,
  at: number,
): PrefixCodeTable | undefined {
  counts.fill(0);
  for (let symbol = 0; symbol < symbols; symbol++) counts[lengths[symbol]] += 1;
  const used = symbols - counts[0];
  if (used === 0) return undefined;
  if (used === 1) {
    const symbol = lengths.findIndex((length) => length !== 0);
    return oneSymbolCode(symbol, entries, at);
  }
  const longest = startCodes();
  if (longest === undefined) return undefined;
  const bits = Math.min(longest, rootBits);
  let end = 1 << bits;
  if (longest > rootBits) {
    findLongest(lengths, symbols);
    end = linkSecondLookUps(entries, at);
    startCodes();
  }
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length = lengths[symbol];
    if (length === 0) continue;
    fillEntries(entries, at, bits, nextCodes[length]++, length, (symbol << 4) | length);
  }
  return { bits, entries: end };
}

/**
 * Finds the first code of each length.
 *
 * @returns the longest length; undefined where not every place of the tree has just one symbol
 */
function startCodes(): number | undefined {
  let longest = 0;
  let code = 0;
  for (let length = 1; length <= maxCodeLength; length++) {
    nextCodes[length] = code;
    code = (code + counts[length]) << 1;
    if (counts[length] > 0) longest = length;
  }
  return code === 2 << maxCodeLength ? longest : undefined;
}

function findLongest(lengths: Uint8Array, symbols: number): void {
  longestBehind.fill(0);
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length = lengths[symbol];
    if (length <= rootBits) continue;
    const first = nextCodes[length]++ >> (length - rootBits);
    longestBehind[first] = Math.max(longestBehind[first], length);
  }
}

/** @returns the entries of the first look-up and of all second ones */
function linkSecondLookUps(entries: Uint16Array, at: number): number {
  let end = 1 << rootBits;
  for (let first = 0; first < 1 << rootBits; first++) {
    const longest = longestBehind[first];
    if (longest === 0) continue;
    entries[at + reversedBytes[first]] = (end << 4) | longest;
    end += 1 << (longest - rootBits);
  }
  return end;
}

/** Fills every entry whose first bits are this code. */
function fillEntries(
  entries: Uint16Array,
  at: number,
  bits: number,
  code: number,
  length: number,
  entry: number,
): void {
  const reversed = reversedCode(code, length);
  if (length <= bits) {
    for (let i = reversed; i < 1 << bits; i += 1 << length) entries[at + i] = entry;
    return;
  }
  const link = entries[at + (reversed & ((1 << rootBits) - 1))];
  const start = at + (link >> 4);
  const end = 1 << ((link & 15) - rootBits);
  for (let i = reversed >> rootBits; i < end; i += 1 << (length - rootBits)) {
    entries[start + i] = entry;
  }
}
