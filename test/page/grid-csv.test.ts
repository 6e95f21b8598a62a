import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClassifyAnswer } from '../../src/client/client.ts';
import { resultsCsv } from '../../src/page/grid/csv.ts';
import type { AskedPhoto, PhotoResult } from '../../src/page/grid/photo-result.ts';
import { readCsv } from './read-csv.ts';

const predictions: ClassifyAnswer['predictions'] = [
  { label: 'jack-o\'-lantern, "lit"', index: 0, probability: 0.9710000157356262 },
  { label: '+1', index: 1, probability: 1e-9 },
];

function asked(name: string, result: PhotoResult, path?: string): AskedPhoto {
  return { place: 0, photo: { name, path, file: new File([], name) }, result };
}

function answered(version?: number): PhotoResult {
  const image = { format: 'jpeg', width: 1, height: 1, orientation: 1 } as const;
  const answer = { model: 'flowers', predictions, unknown: true, image };
  return { kind: 'answered', answer: version === undefined ? answer : { ...answer, version } };
}

test('every photo has a row, whatever became of it', () => {
  const rows = readCsv(
    resultsCsv(
      [
        asked('a.jpg', answered(2), 'holidays/sea/a.jpg'),
        asked('b.txt', {
          kind: 'refused',
          code: 'image-decode-failed',
          sentence: 'It ends, early.',
        }),
        asked('c.jpg', { kind: 'waiting' }),
      ],
      'flowers',
    ),
  );
  expect(rows).toMatchObject([
    {
      file: 'a.jpg',
      folder: 'holidays/sea',
      label: 'jack-o\'-lantern, "lit"',
      probability: '0.9710000157356262',
      probability2: '1e-9',
      label3: '',
      unknown: 'true',
      problem: '',
      model: 'flowers@2',
    },
    {
      file: 'b.txt',
      label: '',
      unknown: '',
      problem: 'image-decode-failed',
      'problem sentence': 'It ends, early.',
      model: 'flowers',
    },
    { file: 'c.jpg', label: '', problem: '', model: 'flowers' },
  ]);
});

test.for([
  ...['=1+1', '+1', '-1', '@sum', '\t=1', ' =1', '\u00a0=1'],
  ...['\uff1d1', '\uff0b1', '\uff0d1', '\uff20sum'],
])('what begins as the formula %j is text to a spreadsheet', (name) => {
  const [row] = readCsv(resultsCsv([asked(name, answered())], 'flowers'));
  expect(row).toMatchObject({ file: `'${name}`, label2: "'+1" });
});

test('a formula behind a semicolon or a line break is text, too, where semicolons separate cells', () => {
  const names = ['a;=1.jpg', 'a;"=1.jpg', 'a; \uff20sum.jpg', 'a\n-1.jpg', '\r=1.jpg'];
  const csv = resultsCsv(
    names.map((name) => asked(name, answered())),
    'flowers',
  );
  expect(readCsv(csv).map(({ file }) => file)).toEqual([
    "a;'=1.jpg",
    'a;\'"=1.jpg',
    "a;' \uff20sum.jpg",
    "a\n'-1.jpg",
    "'\r'=1.jpg",
  ]);
  expect(csv).toContain('"a;\'=1.jpg"');
});

test('probabilities stay numbers, and a label that looks like one does not become a formula', () => {
  const csv = resultsCsv([asked('a.jpg', answered())], 'flowers');
  expect(csv).toContain(",'+1,1e-9,");
});

/** The cells that a program sees for which semicolons separate them, and quotation marks count at their start. */
function semicolonCells(csv: string): string[] {
  const cells: string[] = [];
  // A quotation mark that nothing ends holds all that follows.
  const cell = /(?:"((?:[^"]|"")*)(?:"|$))?([^;\r\n]*)(?:;|\r\n|\r|\n|$)/y;
  while (cell.lastIndex < csv.length) {
    const [, quoted = '', rest = ''] = cell.exec(csv) ?? [];
    cells.push(quoted.replaceAll('""', '"') + rest);
  }
  return cells;
}

test('no cell is a formula, whatever names and labels hold, and whatever separates cells', () => {
  const unit = fc.constantFrom(...'=+-@\uff1d\uff0b\uff0d\uff20;,"\'\t\r\n aé😀\u00a0');
  const text = fc.oneof(fc.string({ unit, maxLength: 12 }), fc.string({ unit: 'binary' }));
  const plain = (value: string) => value.replaceAll("'", '');
  fc.assert(
    fc.property(text, text, (name, sentence) => {
      const csv = resultsCsv(
        [asked(name, { kind: 'refused', code: 'x', sentence }, `${sentence}/${name}`)],
        'flowers',
      );
      const [row] = readCsv(csv);
      // Nothing but guards was added.
      expect(plain(row.file)).toBe(plain(name));
      expect(plain(row['problem sentence'])).toBe(plain(sentence));
      for (const cell of [...Object.values(row), ...semicolonCells(csv.slice(1))]) {
        expect(cell).not.toMatch(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
      }
    }),
  );
});

test('names with commas, quotes and line ends come back as they were', () => {
  const name = 'a "b", c\r\nd.jpg';
  expect(readCsv(resultsCsv([asked(name, answered())], 'flowers'))[0]).toMatchObject({
    file: name,
  });
});
