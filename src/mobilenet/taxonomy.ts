import { closestNames } from './closest-names.ts';

/** A class as model/classes.json has it. */
export interface ClassNames {
  /** WordNet 3.0 id, such as n11939491. */
  readonly wnid: string;
  /** The first is its label. */
  readonly names: readonly string[];
}

/** WordNet above the classes, as model/taxonomy.json has it. */
export interface TaxonomyTable {
  /** Every synset that is reached from a class; `parents` are ids of others among them. */
  readonly ancestors: readonly (ClassNames & { readonly parents: readonly string[] })[];
  /** In order of their index; `parents` are ids of ancestors. */
  readonly classes: readonly { readonly wnid: string; readonly parents: readonly string[] }[];
}

/** Something that a class is a kind of. */
export interface Ancestor {
  /** WordNet 3.0 id, such as n02084071. */
  readonly wnid: string;
  /** The first of its names. */
  readonly label: string;
}

/** What the classes are kinds of, and what they are called. */
export interface Taxonomy {
  /** How many classes there are. */
  readonly labelCount: number;

  /**
   * Everything that a class is a kind of, each once, nearest first: by the
   * longest way from the class, so that each comes before what it is a kind of
   * itself. The last is "entity".
   *
   * @throws RangeError where there is no class of this index
   */
  ancestors(classIndex: number): readonly Ancestor[];

  /**
   * The classes that a name means: a WordNet id, or any of the names of a class
   * or an ancestor. Case, spaces, hyphens, underscores and other punctuation
   * make no difference.
   *
   * A name with several meanings means them all: "crane" both the bird and the
   * machine, "cardigan" the sweater and the corgi, "plane" the carpenter's
   * (whose label it is) and the airliner. To take one of them only would leave
   * out, without a word, what somebody else means; a WordNet id means one.
   *
   * @returns indices, ascending; none where nothing has this name
   */
  classesNamed(name: string): readonly number[];

  /** At most three names that somebody may have meant by one that is not known, closest first. */
  suggestions(name: string): readonly string[];
}

interface Synset {
  readonly wnid: string;
  readonly names: readonly string[];
  readonly parents: Synset[];
  readonly children: Synset[];
  /** Its index, where it is a class. */
  readonly classIndex: number | undefined;
}

const mostSuggestions = 3;

/**
 * Opens the taxonomy. What it looks things up in is built when it is first
 * asked, which throws Error where the table names a synset that is not there.
 *
 * @param classes in order of their index
 */
export function readTaxonomy(table: TaxonomyTable, classes: readonly ClassNames[]): Taxonomy {
  const synsets = once(() => linkSynsets(table, classes));
  const byName = once(() => indexByName(synsets().values()));
  // Bounded by the names that there are; "entity" alone takes half a millisecond to work out.
  const classesByName = new Map<string, readonly number[]>();
  return {
    labelCount: classes.length,
    ancestors(classIndex) {
      const synset = synsets().get(classes[classIndex]?.wnid);
      if (synset === undefined) {
        throw new RangeError(`There is no class ${classIndex}; there are ${classes.length}.`);
      }
      const above = closure(synset, ({ parents }) => parents);
      return above.map(({ wnid, names }) => ({ wnid, label: names[0] }));
    },
    classesNamed(name) {
      const key = keyOf(name);
      const meanings = byName().get(key);
      if (meanings === undefined) return [];
      const indices = classesByName.get(key) ?? classesOf(meanings);
      classesByName.set(key, indices);
      return indices;
    },
    suggestions: (name) => suggestionsFor(name, byName()),
  };
}

function once<Value>(build: () => Value): () => Value {
  let built: { readonly value: Value } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}

/** @returns synsets by WordNet id */
function linkSynsets(
  table: TaxonomyTable,
  classes: readonly ClassNames[],
): ReadonlyMap<string, Synset> {
  const synsets = new Map<string, Synset>();
  const add = ({ wnid, names }: ClassNames, classIndex?: number) =>
    synsets.set(wnid, { wnid, names, parents: [], children: [], classIndex });
  for (const ancestor of table.ancestors) add(ancestor);
  for (const [index, names] of classes.entries()) add(names, index);

  const synsetOf = (wnid: string) => {
    const synset = synsets.get(wnid);
    if (synset === undefined) throw new Error(`The taxonomy has no ${wnid}.`);
    return synset;
  };
  for (const { wnid, parents } of [...table.ancestors, ...table.classes]) {
    const synset = synsetOf(wnid);
    for (const parent of parents.map(synsetOf)) {
      synset.parents.push(parent);
      parent.children.push(synset);
    }
  }
  return synsets;
}

/** @returns indices of the classes that are one of the synsets or a kind of it, ascending */
function classesOf(synsets: readonly Synset[]): number[] {
  const indices = synsets
    .flatMap((synset) => [synset, ...closure(synset, ({ children }) => children)])
    .flatMap(({ classIndex }) => classIndex ?? []);
  return [...new Set(indices)].sort((a, b) => a - b);
}

/**
 * Everything that repeated steps lead to, each once, by its longest way from
 * the start. Ends, since there are no circles.
 */
function closure(start: Synset, step: (synset: Synset) => readonly Synset[]): Synset[] {
  const found = new Set<Synset>();
  let level = new Set(step(start));
  while (level.size > 0) {
    for (const synset of level) {
      // Moves it to the end where a shorter way led to it already.
      found.delete(synset);
      found.add(synset);
    }
    level = new Set([...level].flatMap(step));
  }
  return [...found];
}

/** @returns synsets by each of their names and their WordNet id, as {@link keyOf} writes them */
function indexByName(synsets: Iterable<Synset>): Map<string, Synset[]> {
  const byName = new Map<string, Synset[]>();
  for (const synset of synsets) {
    byName.set(synset.wnid, [synset]);
    for (const name of synset.names) {
      const key = keyOf(name);
      const meanings = byName.get(key);
      if (meanings === undefined) byName.set(key, [synset]);
      // Some are called the same twice, but for a hyphen.
      else if (meanings.at(-1) !== synset) meanings.push(synset);
    }
  }
  return byName;
}

/** A name's letters and digits: what makes it another name. */
function keyOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function suggestionsFor(name: string, byName: ReadonlyMap<string, Synset[]>): string[] {
  const known = new Set([...byName.values()].flat().flatMap(({ names }) => names));
  const suggestions: string[] = [];
  const meant = new Set<Synset>();
  for (const closest of closestNames(name, known)) {
    if (suggestions.length === mostSuggestions) break;
    const meanings = byName.get(keyOf(closest)) ?? [];
    // Other names of what is suggested already would say nothing new.
    if (meanings.some((meaning) => meant.has(meaning))) continue;
    for (const meaning of meanings) meant.add(meaning);
    suggestions.push(closest);
  }
  return suggestions;
}
