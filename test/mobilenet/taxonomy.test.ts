import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import classes from '../../model/classes.json' with { type: 'json' };
import table from '../../model/taxonomy.json' with { type: 'json' };
import { readTaxonomy } from '../../src/mobilenet/taxonomy.ts';

const taxonomy = readTaxonomy(table, classes);
const classIndex = fc.nat({ max: classes.length - 1 });
const rows = [...table.ancestors, ...classes];
const anyName = fc.constantFrom(...rows.flatMap(({ wnid, names }) => [wnid, ...names]));

const labelsOf = (indices: readonly number[]) => indices.map((index) => classes[index].names[0]);
const labelsNamed = (name: string) => labelsOf(taxonomy.classesNamed(name));
const wnidsNamed = (name: string) =>
  taxonomy.classesNamed(name).map((index) => classes[index].wnid);
const union = (lists: readonly (readonly number[])[]) =>
  [...new Set(lists.flat())].sort((a, b) => a - b);

describe('ancestors', () => {
  test('leads from the golden retriever over the dog to the entity', () => {
    const ancestors = taxonomy.ancestors(207);
    expect(ancestors.map(({ label }) => label).join(' > ')).toBe(
      'retriever > sporting dog > hunting dog > dog > canine > domestic animal > carnivore > placental > mammal > vertebrate > chordate > animal > organism > living thing > whole > object > physical entity > entity',
    );
    expect(ancestors[3]).toEqual({ wnid: 'n02084071', label: 'dog' });
  });

  test('has each once, before what it is a kind of itself, and "entity" last', () => {
    const parentsOf = new Map(table.ancestors.map(({ wnid, parents }) => [wnid, parents]));
    for (const index of classes.keys()) {
      const wnids = taxonomy.ancestors(index).map(({ wnid }) => wnid);
      expect(new Set(wnids).size).toBe(wnids.length);
      expect(wnids.at(-1)).toBe('n00001740');
      for (const [place, wnid] of wnids.entries()) {
        for (const parent of parentsOf.get(wnid) ?? []) {
          expect(wnids.indexOf(parent)).toBeGreaterThan(place);
        }
      }
    }
  });

  test.for([-1, 1000, 0.5, Number.NaN])('refuses %d, which is no class', (index) => {
    expect(() => taxonomy.ancestors(index)).toThrow(RangeError);
  });
});

describe('classesNamed', () => {
  test('knows a class by its label, its other names and its id', () => {
    for (const name of ['golden retriever', 'n02099601']) {
      expect(taxonomy.classesNamed(name)).toEqual([207]);
    }
    expect(labelsNamed('Leontopodium alpinum')).toEqual([]);
    expect(labelsNamed('Cypripedium parviflorum')).toEqual(["yellow lady's slipper"]);
  });

  test.for(['dog', 'domestic dog', 'Canis familiaris', 'n02084071'])(
    'knows the 118 dogs as "%s"',
    (name) => {
      expect(labelsNamed(name)).toHaveLength(118);
      expect(labelsNamed(name)).toEqual(expect.arrayContaining(['golden retriever', 'basenji']));
      expect(labelsNamed(name)).not.toContain('timber wolf');
    },
  );

  test('knows the flowers', () => {
    expect(labelsNamed('flower')).toEqual(['daisy', "yellow lady's slipper"]);
  });

  test.for([
    ['two classes', 'crane', ['n02012849', 'n03126707']],
    ['two classes', 'maillot', ['n03710637', 'n03710721']],
    ['two classes, but for a capital', 'Cardigan', ['n02113186', 'n02963159']],
    ["a class's other name and another's label", 'polecat', ['n02443114', 'n02445715']],
    ['a class and ancestors of others', 'plane', ['n02690373', 'n03954731']],
    ['two ancestors', 'bike', ['n02835271', 'n03785016', 'n03792782']],
  ] as const)('means all of %s: "%s"', ([, name, wnids]) => {
    expect(wnidsNamed(name)).toEqual(wnids);
  });

  test('means one of several by its id', () => {
    expect(taxonomy.classesNamed('n02012849')).toEqual([134]);
  });

  test.for(['', ' ', '-', 'dgo', 'n02084072', '__proto__', '犬'])(
    'knows nothing as "%s"',
    (name) => {
      expect(taxonomy.classesNamed(name)).toEqual([]);
    },
  );

  test('takes a name in any case and with any separators', () => {
    fc.assert(
      fc.property(
        anyName,
        fc.func(fc.boolean()),
        fc.func(fc.constantFrom(' ', '-', '_', '', '  ')),
        (name, isUpper, separator) => {
          const written = [...name]
            .map((letter, i) => (isUpper(i) ? letter.toUpperCase() : letter.toLowerCase()))
            .map((letter, i) => (/[-_ ]/.test(letter) ? separator(i) : letter))
            .join('');
          expect(taxonomy.classesNamed(` ${written}\n`)).toEqual(taxonomy.classesNamed(name));
        },
      ),
    );
  });

  test('finds each class by the id and the label of each of its ancestors', () => {
    fc.assert(
      fc.property(classIndex, (index) => {
        for (const { wnid, label } of taxonomy.ancestors(index)) {
          expect(taxonomy.classesNamed(wnid)).toContain(index);
          expect(taxonomy.classesNamed(label)).toContain(index);
        }
      }),
    );
  });

  test("means by an ancestor's id the classes of its children, and no other", () => {
    const children = [...table.ancestors, ...table.classes];
    for (const { wnid } of table.ancestors) {
      const below = children.filter(({ parents }) => parents.some((parent) => parent === wnid));
      const expected = union(below.map((child) => taxonomy.classesNamed(child.wnid)));
      expect(taxonomy.classesNamed(wnid), wnid).toEqual(expected);
      expect(expected.length, wnid).toBeGreaterThan(0);
    }
  });

  test('means by a name the classes of all that bear it, and no other', () => {
    const { compare } = new Intl.Collator('en', { sensitivity: 'base', ignorePunctuation: true });
    fc.assert(
      fc.property(anyName, (name) => {
        const bearers = rows.filter((row) =>
          [row.wnid, ...row.names].some((other) => compare(name, other) === 0),
        );
        const expected = union(bearers.map(({ wnid }) => taxonomy.classesNamed(wnid)));
        expect(taxonomy.classesNamed(name)).toEqual(expected);
      }),
    );
  });
});

describe('suggestions', () => {
  test.for([
    ['dgo', ['dog']],
    ['dogs', ['dog']],
    ['golden retreiver', ['golden retriever']],
    ['bycicle', ['bicycle']],
    ['labrador', ['Labrador retriever']],
    ['puppy dog', ['dog']],
    ['St. Bernad', ['St Bernard']],
    ['xyzzyq', []],
    ['', []],
    ['犬', []],
  ] as const)('for "%s" are %j', ([name, expected]) => {
    expect(taxonomy.suggestions(name)).toEqual(expected);
  });

  test('are at most three, known, and of different meanings', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          anyName.map((name) => name.slice(1)),
        ),
        (name) => {
          const suggestions = taxonomy.suggestions(name);
          expect(suggestions.length).toBeLessThanOrEqual(3);
          const meanings = suggestions.map((suggestion) => wnidsOfMeanings(suggestion));
          expect(meanings.every((wnids) => wnids.length > 0)).toBe(true);
          expect(new Set(meanings.flat()).size).toBe(meanings.flat().length);
        },
      ),
    );
  });

  test('come for a megabyte of text, too', () => {
    expect(taxonomy.suggestions('dog '.repeat(250_000))).toEqual(['dog']);
  });
});

/** Of all that is called so. */
function wnidsOfMeanings(name: string): string[] {
  return rows.filter(({ names }) => names.includes(name)).map(({ wnid }) => wnid);
}

describe('a table that does not fit', () => {
  const [tench] = classes;
  test.for([
    ['a parent', { ancestors: [], classes: [{ wnid: tench.wnid, parents: ['n00000001'] }] }],
    ['a class', { ancestors: [], classes: [{ wnid: 'n00000001', parents: [] }] }],
  ] as const)('is refused where it names %s that is not there', ([, broken]) => {
    expect(() => readTaxonomy(broken, [tench]).classesNamed('tench')).toThrow('n00000001');
  });
});
