import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { sharedFolder } from '../support/photos.ts';
import { fixture, makeScratch, petal, type Scratch } from './petal.ts';

let scratch: Scratch;

beforeEach(async () => {
  scratch = await makeScratch();
});
afterEach(async () => {
  await scratch.remove();
});

describe.runIf(inject('trained'))('petal evaluate', () => {
  test('takes labels from file names and from folders, by id or by any name', async () => {
    await scratch.put('n11939491_daisy.JPEG', fixture('daisy.jpg'));
    await scratch.put('n04254680/1.jpg', fixture('soccer-ball.jpg'));
    await scratch.put('Golf_Ball/photos.of/../1.jpeg', fixture('golf-ball.jpg'));
    await scratch.put('taper/1.jpg', fixture('candle.jpg'));
    const { code, out } = await petal('evaluate', scratch.folder, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      model: 'mobilenet_v2_1.0_224',
      fit: 'crop',
      photos: 4,
      correctTop1: 4,
      correctTop5: 4,
      mistakes: [],
      refused: [],
      photosPerSecond: expect.any(Number),
    });
  });

  test('lists mistakes, refused photos and labels that are no class', async () => {
    await scratch.put('golf ball/daisy.jpg', fixture('daisy.jpg'));
    await scratch.put('daisy/good.jpg', fixture('daisy.jpg'));
    await scratch.put('daisy/damaged.jpg', fixture('daisy.jpg').subarray(0, 4000));
    await scratch.put('dandelion/1.jpg', fixture('daisy.jpg'));
    await scratch.put('notes.txt', new Uint8Array(3));
    const { code, out } = await petal('evaluate', scratch.folder);
    expect(code).toBe(0);
    expect(out).toContain('3 photos, fit crop');
    expect(out).toMatch(/top-1 {2}33\.3 % {2}\(1 of 3, 95 % interval/);
    expect(out).toMatch(/golf ball\/daisy\.jpg +is golf ball .* taken for daisy/);
    expect(out).toContain('daisy/damaged.jpg: Less than half of the picture');
    expect(out).toContain('dandelion: 1 photos');
  });

  test('fails with a sentence where no photo has a label', async () => {
    await scratch.put('roses/1.jpg', fixture('daisy.jpg'));
    const { code, err } = await petal('evaluate', scratch.folder);
    expect(code).toBe(1);
    expect(err).toContain('There is no photo with an ImageNet label');
    expect(err).toContain('"roses"');
    expect(err).not.toContain('    at ');
  });

  test.for([['no-such-folder'], ['.', '--fit', 'stretch'], ['.', '--mistakes', 'x'], []])(
    'fails with a sentence for %j',
    async (parameters) => {
      const { code, err } = await petal('evaluate', ...parameters);
      expect(code).toBe(1);
      expect(err).not.toBe('');
      expect(err).not.toContain('    at ');
    },
  );

  const photos = sharedFolder('images/imagenet');
  test.runIf(photos !== null)(
    'is right about at least 88 of 100 ImageNet photos, and about 97 in five guesses',
    async () => {
      const { out } = await petal('evaluate', photos ?? '', '--json');
      const evaluation = JSON.parse(out);
      expect(evaluation).toMatchObject({ photos: 100, refused: [] });
      expect(evaluation.correctTop1).toBeGreaterThanOrEqual(88);
      expect(evaluation.correctTop5).toBeGreaterThanOrEqual(97);
    },
  );
});
