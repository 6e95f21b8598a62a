/**
 * Makes `model/taxonomy.json`, the part of WordNet above the ImageNet classes,
 * from WordNet 3.0's `data.noun` and `model/classes.json`. The result is part
 * of the repository: this is run again only where one of them changes.
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import type { ClassNames, TaxonomyTable } from '../src/mobilenet/taxonomy.ts';
import { replaceFile } from './replace-file.ts';
import { readNouns } from './wordnet.ts';

/** Where Debian's package `wordnet-base` puts the file. */
export const installedDataNoun = '/usr/share/wordnet/data.noun';

/** The version whose offsets ImageNet's ids are. */
const version = '3.0';

const origin = {
  source: `WordNet ${version}, https://wordnet.princeton.edu/, data.noun`,
  license: 'WORDNET-LICENSE',
};

/**
 * Everything that is reached from the classes by hypernyms and instance
 * hypernyms.
 *
 * @param dataNoun all of WordNet 3.0's `data.noun`
 * @returns ancestors in order of their WordNet ids, classes in their own
 * @throws Error where the file is another one, or lacks a class, or has other names for it
 */
export function makeTaxonomy(dataNoun: string, classes: readonly ClassNames[]): TaxonomyTable {
  const nouns = readNouns(dataNoun);
  if (nouns.version !== version) {
    throw new Error(`Expected WordNet ${version} but this is WordNet ${nouns.version}.`);
  }
  const synsetOf = (wnid: string) => {
    const synset = nouns.synsets.get(wnid);
    if (synset === undefined) throw new Error(`WordNet has no noun ${wnid}.`);
    return synset;
  };

  const classParents = classes.map(({ wnid, names }) => {
    const { names: expected, parents } = synsetOf(wnid);
    if (names.join() !== expected.join()) {
      throw new Error(
        `The names of ${wnid} are ${expected.join(', ')} in WordNet, but ${names.join(', ')} among the classes.`,
      );
    }
    return { wnid, parents };
  });
  // A set's iteration reaches what is added on the way.
  const reached = new Set(classParents.flatMap(({ parents }) => parents));
  for (const wnid of reached) {
    for (const parent of synsetOf(wnid).parents) reached.add(parent);
  }
  return {
    ancestors: [...reached].sort().map((wnid) => ({ wnid, ...synsetOf(wnid) })),
    classes: classParents,
  };
}

/** The table as it is in the repository, a synset a line. */
export function formatTaxonomy({ ancestors, classes }: TaxonomyTable): string {
  const rows = (list: readonly object[]) =>
    list.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  return `{
  "source": ${JSON.stringify(origin.source)},
  "license": ${JSON.stringify(origin.license)},
  "ancestors": [
${rows(ancestors)}
  ],
  "classes": [
${rows(classes)}
  ]
}
`;
}

async function readDataNoun(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(
      `${path} cannot be read. Install Debian's package wordnet-base, or give the path of WordNet ${version}'s data.noun.`,
      { cause: error },
    );
  }
}

if (import.meta.main) {
  try {
    const classes = await readFile(join(import.meta.dirname, 'classes.json'), 'utf8');
    const dataNoun = await readDataNoun(process.argv[2] ?? installedDataNoun);
    const table = makeTaxonomy(dataNoun, JSON.parse(classes));
    const target = join(import.meta.dirname, 'taxonomy.json');
    await replaceFile(target, (handle) => handle.writeFile(formatTaxonomy(table)));
    console.log(
      `Wrote ${relative('', target)}: ${table.ancestors.length} ancestors of ${table.classes.length} classes.`,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
