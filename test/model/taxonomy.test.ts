import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import classes from '../../model/classes.json' with { type: 'json' };
import { formatTaxonomy, installedDataNoun, makeTaxonomy } from '../../model/make-taxonomy.ts';
import table from '../../model/taxonomy.json' with { type: 'json' };

const modelFolder = join(import.meta.dirname, '../../model');

describe('the taxonomy', () => {
  const parentsOf = new Map(table.ancestors.map(({ wnid, parents }) => [wnid, parents]));

  test('has the classes in their order, and ancestors in that of their ids, each once', () => {
    expect(table.classes.map(({ wnid }) => wnid)).toEqual(classes.map(({ wnid }) => wnid));
    const wnids = table.ancestors.map(({ wnid }) => wnid);
    expect(wnids).toEqual([...new Set(wnids)].toSorted());
    expect(wnids.filter((wnid) => classes.some((known) => known.wnid === wnid))).toEqual([]);
  });

  test('has every parent', () => {
    for (const { wnid, parents } of [...table.ancestors, ...table.classes]) {
      for (const parent of parents) expect(parentsOf.has(parent), wnid).toBe(true);
    }
  });

  test('ends in "entity" and nowhere else, whichever way one goes up', () => {
    const roots = table.ancestors.filter(({ parents }) => parents.length === 0);
    expect(roots).toEqual([{ wnid: 'n00001740', names: ['entity'], parents: [] }]);
    for (const { wnid, parents } of table.classes) expect(parents.length, wnid).toBeGreaterThan(0);
  });

  test('has no circle', () => {
    // Takes away what has no parents left, until nothing is left but circles.
    const left = new Map(parentsOf);
    for (let before = -1; before !== left.size; ) {
      before = left.size;
      for (const [wnid, parents] of left) {
        if (!parents.some((parent) => left.has(parent))) left.delete(wnid);
      }
    }
    expect([...left.keys()]).toEqual([]);
  });

  test('has names that a list with commas can hold', () => {
    for (const { wnid, names } of [...table.ancestors, ...classes]) {
      expect(names.length, wnid).toBeGreaterThan(0);
      for (const name of names) expect(name, wnid).toMatch(/^[^\s,]([^,_]*[^\s,])?$/);
    }
  });

  test('comes with the licence that it names', async () => {
    const licence = await readFile(join(modelFolder, table.license), 'utf8');
    expect(licence).toContain('WordNet 3.0 Copyright 2006 by Princeton University.');
  });

  test.runIf(existsSync(installedDataNoun))(
    'is what WordNet 3.0 makes of the classes',
    async () => {
      const made = makeTaxonomy(await readFile(installedDataNoun, 'utf8'), classes);
      const committed = await readFile(join(modelFolder, 'taxonomy.json'), 'utf8');
      expect(formatTaxonomy(made) === committed, 'run npm run taxonomy').toBe(true);
    },
  );
});

describe('makeTaxonomy', () => {
  const licence = ' 14 WordNet 3.0 Copyright 2006 by Princeton University.\n';
  const nouns = [
    '00000001 03 n 01 entity 0 000 | all',
    '00000002 03 n 01 animal 0 001 @ 00000001 n 0000 | b',
    '00000003 03 n 01 plant 0 001 @ 00000001 n 0000 | c',
    '00000004 03 n 02 tench 0 Tinca_tinca 0 001 @ 00000002 n 0000 | d',
  ].join('\n');
  const tench = { wnid: 'n00000004', names: ['tench', 'Tinca tinca'] };

  test('takes what is above the classes, and nothing else', () => {
    expect(makeTaxonomy(licence + nouns, [tench])).toEqual({
      ancestors: [
        { wnid: 'n00000001', names: ['entity'], parents: [] },
        { wnid: 'n00000002', names: ['animal'], parents: ['n00000001'] },
      ],
      classes: [{ wnid: 'n00000004', parents: ['n00000002'] }],
    });
  });

  test.for([
    ['another version', licence.replace('3.0', '3.1') + nouns, tench, 'Expected WordNet 3.0'],
    ['a WordNet without a class', licence + nouns, { ...tench, wnid: 'n00000005' }, 'n00000005'],
    ['other names', licence + nouns, { ...tench, names: ['tench'] }, 'tench, Tinca tinca in Wo'],
  ] as const)('refuses %s', ([, dataNoun, imageClass, sentence]) => {
    expect(() => makeTaxonomy(dataNoun, [imageClass])).toThrow(sentence);
  });
});
