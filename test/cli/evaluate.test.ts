import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { sharedFolder } from '../support/photos.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petal-evaluate-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function petal(...parameters: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, ['src/cli/petal.ts', ...parameters], { cwd: root });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...text };
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), bytes);
}

function fixture(name: string): Uint8Array {
  const photo = inject('validPhotos').find((each) => each.name === name);
  return Buffer.from(photo?.base64 ?? '', 'base64');
}

describe.runIf(inject('trained'))('petal evaluate', () => {
  test('takes labels from file names and from folders, by id or by any name', async () => {
    await put('n11939491_daisy.JPEG', fixture('daisy.jpg'));
    await put('n04254680/1.jpg', fixture('soccer-ball.jpg'));
    await put('Golf_Ball/photos.of/../1.jpeg', fixture('golf-ball.jpg'));
    await put('taper/1.jpg', fixture('candle.jpg'));
    const { code, out } = await petal('evaluate', folder, '--json');
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
    await put('golf ball/daisy.jpg', fixture('daisy.jpg'));
    await put('daisy/good.jpg', fixture('daisy.jpg'));
    await put('daisy/damaged.jpg', fixture('daisy.jpg').subarray(0, 4000));
    await put('dandelion/1.jpg', fixture('daisy.jpg'));
    await put('notes.txt', new Uint8Array(3));
    const { code, out } = await petal('evaluate', folder);
    expect(code).toBe(0);
    expect(out).toContain('3 photos, fit crop');
    expect(out).toMatch(/top-1 {2}33\.3 % {2}\(1 of 3, 95 % interval/);
    expect(out).toMatch(/golf ball\/daisy\.jpg +is golf ball .* taken for daisy/);
    expect(out).toContain('daisy/damaged.jpg: Less than half of the picture');
    expect(out).toContain('dandelion: 1 photos');
  });

  test('fails with a sentence where no photo has a label', async () => {
    await put('roses/1.jpg', fixture('daisy.jpg'));
    const { code, err } = await petal('evaluate', folder);
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
