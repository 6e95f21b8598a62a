/** That the photo stands upright, and the heat lies where the network saw it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { classifyAnswer } from '../../src/contract/answers.ts';
import { inferno } from '../../src/image/color-map.ts';
import { paintHeat } from '../../src/page/heatmap-picture.ts';
import type { LogLine } from '../../src/testing/start-petal.ts';
import { hasChromium, usePetalInChromium } from '../support/petal-in-chromium.ts';
import { sharedFolder } from '../support/photos.ts';
import { barsOf, openTryPage, pick, type TryPage, validPhoto } from './try-page.ts';

/** One photo in all orientations of EXIF, of which 1 is upright; 2, 4, 5 and 7 are mirrored. */
const turnedPhotos = sharedFolder('images/exif-orientation');

/** 7 x 7, cold but for one cell. */
function hotAt(row: number, column: number): number[][] {
  return Array.from({ length: 7 }, (_, y) =>
    Array.from({ length: 7 }, (_, x) => (y === row && x === column ? 1 : 0)),
  );
}

function paint(
  heatmap: number[][],
  photo: { width: number; height: number },
  region: { x: number; y: number; width: number; height: number },
) {
  const { width, height } = photo;
  const data = new Uint8ClampedArray(4 * width * height);
  paintHeat({ width, height, data }, { heatmap, region, photo });
  return (x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
}

describe('heat over a photo', () => {
  // Cells of 35 pixels, so that each has a pixel in its middle.
  const photo = { width: 345, height: 245 };
  const middle = { x: 50, y: 0, width: 245, height: 245 };

  test('is hottest in the middle of the hot cell, and nothing is left of it two cells away', () => {
    for (const [row, column] of [
      [0, 0],
      [3, 5],
      [6, 6],
    ]) {
      const at = paint(hotAt(row, column), photo, middle);
      const [x, y] = [50 + 35 * column + 17, 35 * row + 17];
      const [, , , peak] = at(x, y);
      expect(at(x, y).slice(0, 3)).toEqual([...inferno(1)]);
      for (let dy = -17; dy <= 17; dy++) {
        for (let dx = -17; dx <= 17; dx++) {
          expect(at(x + dx, y + dy)[3]).toBeLessThanOrEqual(peak);
        }
      }
      expect(at(column < 3 ? x + 70 : x - 70, y)[3]).toBe(0);
    }
  });

  test('follows a region that reaches beyond the photo', () => {
    const shifted = { ...middle, x: 67, y: 17 };
    const at = paint(hotAt(2, 2), photo, shifted);
    expect(at(67 + 87, 17 + 87).slice(0, 3)).toEqual([...inferno(1)]);
  });

  test('darkens what the network did not see, and nothing else', () => {
    const at = paint(hotAt(3, 3), photo, middle);
    expect(at(49, 100)).toEqual(at(295, 100));
    expect(at(49, 100)[3]).toBeGreaterThan(100);
    expect(at(50, 10)[3]).toBe(0);
    expect(at(294, 235)[3]).toBe(0);
  });
});

describe.runIf(hasChromium)('a photo on the page', () => {
  const lines: LogLine[] = [];
  const started = usePetalInChromium({ onLog: (line) => lines.push(line) });
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'petal-turned-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function open(): Promise<TryPage> {
    return await openTryPage(started.browser, started.petal.url);
  }

  /** The canvas as it is, and where it lies on the photo. */
  async function canvasOf(page: Page) {
    await page.locator('canvas').waitFor();
    return await page.evaluate(() => {
      const canvas = document.querySelector('canvas');
      const photo = document.querySelector('.photo-frame img');
      if (!canvas || !photo) throw new Error('There is no canvas on a photo.');
      const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
      if (!context) throw new Error('There is no canvas.');
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const box = (element: Element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [x, y, width, height].map(Math.round);
      };
      return {
        width: canvas.width,
        height: canvas.height,
        alphas: [...data].filter((_, i) => i % 4 === 3),
        box: box(canvas),
        photoBox: box(photo),
      };
    });
  }

  test('has the heat exactly over it, hottest where the API says', async () => {
    const { page, failures, close } = await open();
    const path = validPhoto('jpeg/balloon.jpg');
    await pick(page, path);
    await barsOf(page);
    const response = await started.petal.fetch('/v1/classify?include=heatmap', {
      method: 'POST',
      body: await readFile(path),
    });
    const { predictions, region, image } = classifyAnswer.parse(await response.json());
    const { heatmap = [] } = predictions[0];
    if (region === undefined) throw new Error('The answer has no region.');
    const canvas = await canvasOf(page);
    expect(canvas.box).toEqual(canvas.photoBox);

    const hottest = heatmap.flat().indexOf(1);
    const scale = canvas.width / image.width;
    const x = (region.x + ((hottest % 7) + 0.5) * (region.width / 7)) * scale;
    const y = (region.y + (Math.floor(hottest / 7) + 0.5) * (region.height / 7)) * scale;
    const alpha = canvas.alphas[Math.floor(y) * canvas.width + Math.floor(x)];
    const left = ((image.width - image.height) / 2) * scale;
    const seen = canvas.alphas.filter((_, i) => {
      const column = i % canvas.width;
      return column > left && column < canvas.width - left - 1;
    });
    expect(alpha).toBeGreaterThan(0.97 * Math.max(...seen));
    expect(failures).toEqual([]);
    await close();
  });

  test('shows another heatmap for another prediction, and fades it', async () => {
    const { page, failures, close } = await open();
    await pick(page, validPhoto('jpeg/traffic-light.jpg'));
    const bars = await barsOf(page);
    const first = await canvasOf(page);
    await page.locator('.bar').nth(1).click();
    await expect.poll(async () => (await canvasOf(page)).alphas).not.toEqual(first.alphas);
    expect(await page.locator('.fader-label').textContent()).toBe(bars[1].label);
    await page.getByRole('slider').fill('25');
    expect(await page.locator('canvas').evaluate(({ style }) => style.opacity)).toBe('0.25');
    expect(failures).toEqual([]);
    await close();
  });

  test.for([
    [3, 'jpeg'],
    [6, 'jpeg'],
    [8, 'jpeg'],
    [6, 'png'],
    [3, 'webp'],
    [6, 'webp'],
  ] as const)('stands upright where EXIF says %i in a %s', async ([orientation, format]) => {
    const path = join(folder, `${orientation}.${format}`);
    await writeTurned(path, orientation, format);
    const { page, failures, close } = await open();
    await pick(page, path);
    const bars = await barsOf(page);
    if (inject('trained')) expect(bars[0].label).toBe('traffic light');
    const { box, photoBox } = await canvasOf(page);
    expect(box).toEqual(photoBox);
    expect(photoBox[3] / photoBox[2]).toBeCloseTo(500 / 375, 1);
    // The red light is at the top.
    const red = await page.evaluate(() => {
      const photo = document.querySelector<HTMLImageElement>('.photo-frame img');
      if (photo === null) throw new Error('There is no photo.');
      const { naturalWidth: width, naturalHeight: height } = photo;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context?.drawImage(photo, 0, 0);
      const [red = 0, green = 0] = context?.getImageData(width / 2, 0.22 * height, 1, 1).data ?? [];
      return red - green;
    });
    expect(red).toBeGreaterThan(50);
    expect(failures).toEqual([]);
    await close();
  });

  test.runIf(turnedPhotos !== null)('stands the same where it is stored mirrored', async () => {
    const { page, failures, close } = await open();
    const first: number[] = [];
    for (const orientation of [1, 2, 4, 5, 7]) {
      const name = `Landscape_${orientation}.jpg`;
      await pick(page, join(turnedPhotos ?? '', name));
      await page.getByRole('region', { name: `Answer for ${name}` }).waitFor();
      await barsOf(page);
      const { box, photoBox } = await canvasOf(page);
      expect(box).toEqual(photoBox);
      const grays = await graysOf(page);
      if (orientation === 1) first.push(...grays);
      const differences = grays.map((gray, i) => Math.abs(gray - first[i]));
      // Upside down or mirrored, some of the 48 differ by 100 and more.
      expect(Math.max(...differences), name).toBeLessThan(40);
    }
    expect(failures).toEqual([]);
    await close();
  });

  test('of twelve megapixels is reduced before it is sent, and says so', async () => {
    const path = join(folder, 'large.jpg');
    await sharp(validPhoto('jpeg/soccer-ball.jpg'))
      .resize(4000, 3000)
      .jpeg({ quality: 97 })
      .toFile(path);
    const { page, failures, close } = await open();
    await pick(page, path);
    await barsOf(page);
    // What the server received, as its log has it.
    await expect.poll(() => lines.at(-1)?.message).toContain('/v1/classify');
    const { bytes } = JSON.parse(lines.at(-1)?.message ?? '');
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(100_000);
    expect(await page.locator('.facts').textContent()).toMatch(/\d\.\d MB, sent as \d\d kB/);
    expect(failures).toEqual([]);
    await close();
  });

  /** The photo as it is shown, as 8 x 6 grays. */
  async function graysOf(page: Page): Promise<number[]> {
    return await page.evaluate(() => {
      const photo = document.querySelector<HTMLImageElement>('.photo-frame img');
      const context = new OffscreenCanvas(8, 6).getContext('2d');
      if (photo === null || context === null) throw new Error('There is no photo.');
      context.imageSmoothingQuality = 'high';
      context.drawImage(photo, 0, 0, 8, 6);
      const { data } = context.getImageData(0, 0, 8, 6);
      return Array.from(
        { length: 48 },
        (_, i) => (data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 3,
      );
    });
  }

  /** The traffic light, stored on its side, and what EXIF says of it. */
  async function writeTurned(
    path: string,
    orientation: number,
    format: 'jpeg' | 'png' | 'webp',
  ): Promise<void> {
    const degrees = { 3: 180, 6: 270, 8: 90 }[orientation] ?? 0;
    const photo = await sharp(validPhoto('jpeg/traffic-light.jpg'))
      .rotate(degrees)
      .withMetadata({ orientation })
      .toFormat(format)
      .toBuffer();
    await writeFile(path, photo);
  }
});
