import { describe, expect, test } from 'vitest';
import { readNouns } from '../../model/wordnet.ts';

const licence =
  '  1 This software ...  \n 14 WordNet 3.0 Copyright 2006 by Princeton University.  \n';
const dog =
  '02084071 05 n 03 dog 0 domestic_dog 0 Canis_familiaris 0 003 @ 02083346 n 0000 @ 01317541 n 0000 ~ 02084732 n 0000 | a member of the genus Canis; "it | barks"  \n';

describe('readNouns', () => {
  test('reads names and hypernyms, and leaves other pointers', () => {
    const { version, synsets } = readNouns(licence + dog);
    expect(version).toBe('3.0');
    expect([...synsets]).toEqual([
      [
        'n02084071',
        {
          names: ['dog', 'domestic dog', 'Canis familiaris'],
          parents: ['n02083346', 'n01317541'],
        },
      ],
    ]);
  });

  test('takes what something is an instance of for a parent', () => {
    const river =
      '09411189 17 n 01 Rhine 0 002 @i 09411430 n 0000 #p 08766988 n 0000 | a river  \n';
    expect(readNouns(licence + river).synsets.get('n09411189')?.parents).toEqual(['n09411430']);
  });

  test('reads the count of words as hexadecimal', () => {
    const words = Array.from({ length: 16 }, (_, i) => `name_${i} 0`).join(' ');
    const { synsets } = readNouns(`${licence}00000001 03 n 10 ${words} 000 | many names  \n`);
    expect(synsets.get('n00000001')?.names).toHaveLength(16);
  });

  test.for([
    ['without a licence', dog, "not WordNet's data.noun"],
    ['of verbs', `${licence}${dog.replace(' n ', ' v ')}`, 'not a line of data.noun: 02084071'],
    ['that is cut short', licence + dog.slice(0, 90), 'not a line of data.noun: 02084071'],
  ] as const)('refuses a file %s', ([, file, sentence]) => {
    expect(() => readNouns(file)).toThrow(sentence);
  });
});
