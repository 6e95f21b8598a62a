import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listClassFolder } from '../../src/cli/class-folder.ts';
import { listPhotosWithLabels } from '../../src/cli/labelled-photos.ts';
import { makeScratch, type Scratch } from './petal.ts';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await makeScratch();
});
afterEach(async () => {
  await scratch.remove();
});

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) await scratch.put(path, new Uint8Array(1));
}

describe('a folder of classes', () => {
  test('has a label for each folder, and photos from below it', async () => {
    await put('tulips/1.JPG', 'roses/red/2.png', 'roses/notes.txt', 'roses/.3.jpg', '4.jpg');
    await put('.hidden/5.jpg', '__MACOSX/roses/6.jpg', 'roses/@eaDir/7.jpg');
    const { labels, photos, unlabelled } = await listClassFolder(scratch.folder);
    expect(labels).toEqual(['roses', 'tulips']);
    expect(photos.map(({ name, label }) => [name, label])).toEqual([
      [join('roses', 'red', '2.png'), 'roses'],
      [join('tulips', '1.JPG'), 'tulips'],
    ]);
    expect(unlabelled).toBe(1);
  });

  test.for([
    ['no folders', [], 'There are no folders in'],
    ['photos alone', ['1.jpg', '2.jpg'], 'The 2 photos in'],
    ['one class', ['daisy/1.jpg'], 'There is only one class in'],
    ['an empty class', ['daisy/1.jpg', 'rose/notes.txt'], 'The class "rose" has no photo'],
    ['a comma in a name', ['a, b/1.jpg', 'c/1.jpg'], 'The folder "a, b" can\'t stand for a class'],
    ['a character that stands for no text', ['a\ufffd/1.jpg', 'c/1.jpg'], 'U+FFFD'],
    ['a name in two spellings', ['é/1.jpg', 'e\u0301/1.jpg'], 'stand for the label "é"'],
  ] as const)('is refused with a sentence for %s', async ([, paths, sentence]) => {
    await put(...paths);
    await expect(listClassFolder(scratch.folder)).rejects.toThrow(sentence);
  });

  test('is refused where there is none, or a file', async () => {
    await put('file.jpg');
    for (const [name, sentence] of [
      ['missing', 'there is no such folder'],
      ['file.jpg', 'is a file, not a folder'],
    ]) {
      await expect(listClassFolder(join(scratch.folder, name))).rejects.toThrow(sentence);
    }
  });
});

describe('a label that a place gives', () => {
  const classes = [
    { label: 'rose', names: ['rose'] },
    { label: 'Rose', names: ['Rose'] },
    { label: 'sea lion', names: ['sea lion'] },
  ];

  test('is the nearest folder’s that is a class, spelled alike, or exactly where two are alike', async () => {
    await put('rose/red/1.jpg', 'Rose/2.jpg', 'Sea_Lion/3.jpg', 'rose/sea lion/4.jpg', 'x/5.jpg');
    const photos = await listPhotosWithLabels(scratch.folder, classes);
    const found = Object.fromEntries(
      photos.map(({ name, truth }) => [/\d/.exec(name)?.[0], truth]),
    );
    expect(found).toEqual({ 1: [0], 2: [1], 3: [2], 4: [2], 5: undefined });
  });
});
