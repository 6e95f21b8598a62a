import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import classes from '../../model/classes.json' with { type: 'json' };
import table from '../../model/taxonomy.json' with { type: 'json' };
import { AppError } from '../../src/errors.ts';
import { type ClassSelection, selectClasses } from '../../src/mobilenet/class-selection.ts';
import { readTaxonomy } from '../../src/mobilenet/taxonomy.ts';

const taxonomy = readTaxonomy(table, classes);
const names = fc.array(
  fc.constantFrom(...[...table.ancestors, ...classes].flatMap((row) => row.names)),
  { minLength: 1, maxLength: 4 },
);

function selected(selection: ClassSelection): number[] {
  const chosen = selectClasses(taxonomy, selection);
  return [...classes.keys()].filter((index) => chosen === undefined || chosen[index] === 1);
}

function refusal(selection: ClassSelection): AppError {
  try {
    selectClasses(taxonomy, selection);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('selectClasses', () => {
  test.for([
    ['no list is given', {}],
    ['nothing is excluded', { exclude: [] }],
    ['every class is allowed', { labels: ['entity'] }],
  ] as const)('restricts nothing where %s', ([, selection]) => {
    expect(selectClasses(taxonomy, selection)).toBeUndefined();
  });

  test('allows what labels means, all names together', () => {
    const dogs = taxonomy.classesNamed('dog');
    expect(selected({ labels: ['daisy'] })).toEqual([985]);
    expect(selected({ labels: ['daisy', 'dog', 'n02099601'] })).toEqual([...dogs, 985]);
  });

  test('takes away what exclude means, from all classes or from those of labels', () => {
    expect(selected({ exclude: ['dog'] })).toHaveLength(1000 - 118);
    expect(selected({ labels: ['flower', 'dog'], exclude: ['dog'] })).toEqual(
      taxonomy.classesNamed('flower'),
    );
  });

  test('has a value of 0 or 1 for each class', () => {
    const selection = selectClasses(taxonomy, { labels: ['dog'] });
    expect(selection).toHaveLength(1000);
    expect(selection?.reduce((sum, value) => sum + value, 0)).toBe(118);
  });

  test('allows a class where some name of labels means it and none of exclude does', () => {
    fc.assert(
      fc.property(fc.option(names, { nil: undefined }), names, (labels, exclude) => {
        const meant = (list: string[]) => new Set(list.flatMap((n) => taxonomy.classesNamed(n)));
        const allowed = labels === undefined ? new Set(classes.keys()) : meant(labels);
        const denied = meant(exclude);
        const expected = [...classes.keys()].filter((i) => allowed.has(i) && !denied.has(i));
        if (expected.length === 0) {
          expect(refusal({ labels, exclude }).facts).toEqual({ parameter: 'exclude' });
        } else {
          expect(selected({ labels, exclude })).toEqual(expected);
        }
      }),
    );
  });

  test.for([
    [{ labels: ['dog', 'dgo'] }, 'labels', /"dgo" \(in labels\); did you mean "dog"\?$/],
    [{ exclude: ['labrador'] }, 'exclude', /"labrador" .*; did you mean "Labrador retriever"\?$/],
    [{ labels: ['xyzzyq'] }, 'labels', /; give labels, WordNet ids \(n02084071\) or/],
    [{ labels: [''] }, 'labels', /""/],
    [{ labels: [] }, 'labels', /labels is empty/],
    [{ exclude: ['entity'] }, 'exclude', /leaves none of the classes; exclude fewer/],
    [{ labels: ['dog'], exclude: ['animal'] }, 'exclude', /none of the classes that labels allows/],
  ] as const)('refuses %j and says what would be right', ([selection, parameter, sentence]) => {
    const { code, message, facts } = refusal(selection);
    expect(code).toBe('invalid-parameter');
    expect(facts).toEqual({ parameter });
    expect(message).toMatch(sentence);
  });

  test('takes as many names as there are classes, and refuses more', () => {
    const labels = classes.map(({ wnid }) => wnid);
    expect(selectClasses(taxonomy, { labels })).toBeUndefined();
    const { message, facts } = refusal({ exclude: [...labels, 'dog'] });
    expect(message).toBe(
      'exclude has 1001 names; give at most 1000, as many as there are classes.',
    );
    expect(facts).toEqual({ parameter: 'exclude' });
  });

  test('says no more of a long name than a sentence bears', () => {
    const { message } = refusal({ exclude: ['long '.repeat(100_000)] });
    expect(message).toContain('long long ..."');
    expect(message.length).toBeLessThan(200);
  });
});
