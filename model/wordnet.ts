/** WordNet's nouns, as its database file `data.noun` has them (wndb(5WN)). */

/** A set of synonyms: one meaning, with its names. */
export interface Synset {
  /** With spaces, where the file has underscores. */
  readonly names: readonly string[];
  /** WordNet ids of what this is a kind of (hypernyms) or an instance of, in the file's order. */
  readonly parents: readonly string[];
}

export interface WordNetNouns {
  /** As the file's licence says it, such as 3.0; WordNet ids mean nothing without it. */
  readonly version: string;
  /** By WordNet id: `n` and the synset's offset in the file, 8 digits. */
  readonly synsets: ReadonlyMap<string, Synset>;
}

/** Of the pointers in the file: hypernym, and instance hypernym. */
const parentPointers = ['@', '@i'];

/**
 * Reads the synsets, with those facts that a taxonomy needs.
 *
 * @param dataNoun all of `data.noun`
 * @throws Error where that is another file, or damaged
 */
export function readNouns(dataNoun: string): WordNetNouns {
  const version = /^ .*\bWordNet (\d+\.\d+) Copyright/m.exec(dataNoun)?.[1];
  if (version === undefined) {
    throw new Error(
      "This is not WordNet's data.noun: its licence does not name WordNet's version.",
    );
  }
  const synsets = new Map<string, Synset>();
  for (const line of dataNoun.split('\n')) {
    // The licence's lines begin with spaces.
    if (line === '' || line.startsWith(' ')) continue;
    const { wnid, ...synset } = readLine(line);
    synsets.set(wnid, synset);
  }
  return { version, synsets };
}

/**
 * A line is: offset, lexicographer's file, `n`, how many words (hexadecimal),
 * for each word itself and its lexical id, how many pointers (decimal), for
 * each pointer its symbol, offset, part of speech and source/target, then `|`
 * and the gloss.
 */
function readLine(line: string): Synset & { readonly wnid: string } {
  const [facts] = line.split(' | ', 1);
  const [offset, , kind, wordCount, ...rest] = facts.split(' ');
  const wordFields = 2 * Number.parseInt(wordCount, 16);
  const words = rest.slice(0, wordFields);
  const [pointerCount, ...pointers] = rest.slice(wordFields);
  if (
    !/^\d{8}$/.test(offset) ||
    kind !== 'n' ||
    words.length === 0 ||
    pointers.length !== 4 * Number(pointerCount)
  ) {
    throw new Error(`This is not a line of data.noun: ${line.slice(0, 60)}`);
  }
  return {
    wnid: `n${offset}`,
    names: words.filter((_, i) => i % 2 === 0).map((word) => word.replaceAll('_', ' ')),
    parents: pointers
      .filter((_, i) => i % 4 === 1 && parentPointers.includes(pointers[i - 1]))
      .map((parentOffset) => `n${parentOffset}`),
  };
}
