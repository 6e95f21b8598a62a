import { expect, test } from 'vitest';
import { readClassFolder } from '../../src/page/teach/class-folder.ts';

/** The labels of photos at these paths, and how many have none. */
function labelsOf(...paths: string[]) {
  const photos = paths.map((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const file = new File([], name);
    return path === name ? { name, file } : { name, file, path };
  });
  const { examples, strayCount } = readClassFolder(photos);
  return { labels: examples.map(({ label }) => label), strayCount };
}

test('each folder in a folder is a class, and so are photos further down', () => {
  expect(labelsOf('flowers/rose/1.jpg', 'flowers/rose/red/2.jpg', 'flowers/daisy/1.jpg')).toEqual({
    labels: ['rose', 'rose', 'daisy'],
    strayCount: 0,
  });
});

test('a folder with photos and no folders is a class itself', () => {
  expect(labelsOf('rose/1.jpg', 'daisy/1.jpg')).toEqual({
    labels: ['rose', 'daisy'],
    strayCount: 0,
  });
});

test('photos beside the folders of classes, and by themselves, are left out', () => {
  expect(labelsOf('flowers/rose/1.jpg', 'flowers/cover.jpg', 'alone.jpg')).toEqual({
    labels: ['rose'],
    strayCount: 2,
  });
});

test('what a label may not have is left out of the name of its folder', () => {
  expect(labelsOf('things/cup, red /1.jpg').labels).toEqual(['cup  red']);
});
