import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { fixture, makeScratch, petal, type Scratch } from './petal.ts';

const damaged = join(import.meta.dirname, '../fixtures/invalid/image-decode-failed/12-bit.jpg');
let scratch: Scratch;
let inside: string;
let outside: string;

beforeEach(async () => {
  scratch = await makeScratch();
  inside = join(scratch.folder, 'inside');
  outside = join(scratch.folder, 'outside');
});
afterEach(async () => {
  await scratch.remove();
});

/** Three drawings that are recognised, one under a wrong label; two that show nothing, one damaged. */
async function putPhotos(): Promise<void> {
  await scratch.put('inside/daisy/1.jpg', fixture('daisy.jpg'));
  await scratch.put('inside/candle/1.jpg', fixture('candle.jpg'));
  await scratch.put('inside/golf ball/daisy.jpg', fixture('daisy.jpg'));
  await scratch.put(
    'outside/gray.png',
    grayPng(() => 128),
  );
  await scratch.put(
    'outside/gradient.png',
    grayPng((x, y) => x + y),
  );
  await scratch.put('outside/damaged.jpg', await readFile(damaged));
}

/** A PNG of 100 x 100 gray pixels, 0..255. */
function grayPng(grayAt: (x: number, y: number) => number): Uint8Array {
  const side = 100;
  const data = Uint8Array.from({ length: side ** 2 }, (_, i) =>
    grayAt(i % side, Math.floor(i / side)),
  );
  return encode({ width: side, height: side, data, channels: 1 });
}

describe.runIf(inject('trained'))('petal thresholds', () => {
  test('counts both sides, and leaves out what it can not read', async () => {
    await putPhotos();
    const { code, out } = await petal(
      ...['thresholds', '--inside', inside, '--outside', outside, '--json', '--lost', '100'],
    );
    expect(code).toBe(0);
    const report = JSON.parse(out);
    const { unknownProbability, unknownMargin } = readConfig({});
    expect(report).toMatchObject({
      model: 'mobilenet_v2_1.0_224',
      fit: 'crop',
      mostLost: 1,
      without: { inside: { right: 2, wrong: 1, unknown: 0, lost: 0 }, outside: { unknown: 0 } },
      asSet: { minTopProbability: unknownProbability, minMargin: unknownMargin },
      // Where every right answer may be lost, all that is outside is called unknown.
      byRule: { outside: { answered: 0, unknown: 2 } },
      folders: [
        { folder: inside, side: 'inside', photos: 3, right: 2 },
        { folder: outside, side: 'outside', photos: 2, right: 0 },
      ],
      refused: [{ name: join(outside, 'damaged.jpg'), refusal: expect.stringContaining('12') }],
    });
    expect(report.rocs.probability.auroc).toBe(1);
    expect(report.inside.map(({ isRight }: { isRight: boolean }) => isRight)).toEqual(
      expect.arrayContaining([true, true, false]),
    );
    const tops = report.outside.map(
      ({ prediction }: { prediction: { probability: number } }) => prediction.probability,
    );
    expect(tops).toEqual(tops.toSorted((a: number, b: number) => b - a));
  });

  test('prints what the thresholds that are set do, and the surest answers outside', async () => {
    await putPhotos();
    const { code, out } = await petal('thresholds', '--inside', inside, '--outside', outside);
    expect(code).toBe(0);
    expect(out).toContain('3 photos inside the classes, 2 outside, fit crop');
    expect(out).toMatch(/as set +0\.25 +0\.15 +66\.7 % +33\.3 % +0\.0 %/);
    expect(out).toMatch(/probability +1\.000 +1\.000 to 1\.000/);
    expect(out).toMatch(/Surest answers outside \(2 of 2\)/);
    expect(out).toMatch(/outside\/damaged\.jpg: /);
  });

  test('fails with a sentence where a folder has no photo of use', async () => {
    await putPhotos();
    await scratch.put('roses/1.jpg', fixture('daisy.jpg'));
    await scratch.put('notes/1.txt', new Uint8Array(3));
    for (const [first, second, sentence] of [
      [join(scratch.folder, 'roses'), outside, 'There is no photo with an ImageNet label'],
      [inside, join(scratch.folder, 'notes'), 'There is no photo in'],
    ]) {
      const { code, err } = await petal('thresholds', '--inside', first, '--outside', second);
      expect(code).toBe(1);
      expect(err).toContain(sentence);
      expect(err).not.toContain('    at ');
    }
  });

  test.for([
    ['--inside', '.'],
    ['--inside', '.', '--outside', '.', '--lost', '101'],
    ['--inside', '.', '--outside', '.', '--fit', 'stretch'],
  ])('fails with a sentence for %j', async (parameters) => {
    const { code, err } = await petal('thresholds', ...parameters);
    expect(code).toBe(1);
    expect(err).not.toBe('');
    expect(err).not.toContain('    at ');
  });
});
