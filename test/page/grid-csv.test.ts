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

test.for(['=1+1', '+1', '-1', '@sum', '\t=1', '\r=1'])(
  'what begins as the formula %j is text to a spreadsheet',
  (name) => {
    const [row] = readCsv(resultsCsv([asked(name, answered())], 'flowers'));
    expect(row).toMatchObject({ file: `'${name}`, label2: "'+1" });
  },
);

test('names with commas, quotes and line ends come back as they were', () => {
  const name = 'a "b", c\r\nd.jpg';
  expect(readCsv(resultsCsv([asked(name, answered())], 'flowers'))[0]).toMatchObject({
    file: name,
  });
});
