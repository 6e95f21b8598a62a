/** The prefix codes of a picture, in groups of five (RFC 9649, 3.7.2.2). */
import { webpProblem } from '../problem.ts';
import { type CodeSource, PrefixCodeReader } from './code-lengths.ts';
import { maxCacheBits } from './color-cache.ts';
import { maxTableEntries } from './prefix-code.ts';

/** Literals of one channel, and prefixes of lengths and distances of copies. */
export const literals = 256;
export const lengthPrefixes = 24;
const distancePrefixes = 40;

/** The codes of a group, in the order in which they are stored. */
export const codeKind = { green: 0, red: 1, blue: 2, alpha: 3, distance: 4 } as const;
const codesInGroup = 5;

/** Numbers that are kept of a group: which table its codes are in, and where there. */
const groupFields = 1 + codesInGroup;

/** Bits that a group takes in the file, at the least: five codes of one symbol, which is 0 or 1. */
const minGroupBits = 4 * codesInGroup;
const maxGroups = 1 << 16;

/** Entries of one table; an entry takes two bytes. */
const tableEntries = 1 << 16;

/**
 * Tables up to which pictures are read, 8 MiB. A group takes about 2 KiB;
 * libwebp writes up to 2600 of them, and some 200 for 48 megapixels.
 */
const maxTables = 64;

function maxGroupEntries(cacheSize: number): number {
  return (
    maxTableEntries(literals + lengthPrefixes + cacheSize) +
    3 * maxTableEntries(literals) +
    maxTableEntries(distancePrefixes)
  );
}

/**
 * The most memory that the codes of a picture take, in bytes.
 *
 * @param dataBytes that the picture has in the file
 * @param blocks that may have different codes, at the most
 */
export function groupsMemoryBytes(dataBytes: number, blocks: number): number {
  const groups = Math.min(Math.ceil((8 * dataBytes) / minGroupBits), maxGroups);
  const largest = maxGroupEntries(1 << maxCacheBits);
  // A table ends where the largest group may not have room.
  const entries = Math.min(groups, blocks) * largest;
  const tables = Math.min(1 + Math.floor(entries / (tableEntries - largest)), maxTables);
  const usedBytes = groups;
  return 2 * tables * tableEntries + 4 * groupFields * groups + usedBytes;
}

export class PrefixCodeGroups {
  readonly #tables: Uint16Array[] = [];
  /** By group: its table, and where its codes begin there `<< 4`, with the bits of their first look-up. */
  readonly #groups: Int32Array;

  /**
   * @param cacheSize colours of the colour cache, 0 for none
   * @param used of each group 1 where pixels belong to it; others are passed over
   * @throws AppError `image-decode-failed`, `too-much-work`
   */
  constructor(source: CodeSource, cacheSize: number, used: Uint8Array) {
    const greenSymbols = literals + lengthPrefixes + cacheSize;
    const symbols = [greenSymbols, literals, literals, literals, distancePrefixes];
    const codes = new PrefixCodeReader(source, greenSymbols);
    const largest = maxGroupEntries(cacheSize);
    const groups = new Int32Array(used.length * groupFields);
    let table = this.#addTable(used.length * largest);
    let end = 0;
    for (let group = 0; group < used.length; group++) {
      if (end + largest > table.length) {
        table = this.#addTable((used.length - group) * largest);
        end = 0;
      }
      const at = group * groupFields;
      groups[at] = this.#tables.length - 1;
      let start = end;
      for (let kind = 0; kind < codesInGroup; kind++) {
        const { bits, entries } = codes.read(symbols[kind], table, start);
        groups[at + 1 + kind] = (start << 4) | bits;
        start += entries;
      }
      if (used[group] === 1) end = start;
    }
    this.#groups = groups;
  }

  /** @param maxEntries that all groups may still take */
  #addTable(maxEntries: number): Uint16Array {
    if (this.#tables.length === maxTables) {
      throw webpProblem('This WebP has more codes than are read; save it again, perhaps as PNG.');
    }
    const table = new Uint16Array(Math.min(maxEntries, tableEntries));
    this.#tables.push(table);
    return table;
  }

  /** What the group's codes look up in. */
  table(group: number): Uint16Array {
    return this.#tables[this.#groups[group * groupFields]];
  }

  /** Whether pixels of the first group are all the same literal, and take no bits. */
  get hasOneColor(): boolean {
    const { green, red, blue, alpha } = codeKind;
    const takesNoBits = [green, red, blue, alpha].every((kind) => (this.code(0, kind) & 15) === 0);
    return takesNoBits && this.table(0)[this.code(0, green) >> 4] >> 4 < literals;
  }

  /** Where a code's entries begin in its table `<< 4`, with the bits of its first look-up. */
  code(group: number, kind: number): number {
    return this.#groups[group * groupFields + 1 + kind];
  }
}
