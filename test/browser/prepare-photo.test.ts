import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { preparePhoto } from '../../src/browser/prepare-photo.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { sharedFolder } from '../support/photos.ts';
import { largePhoto } from '../widget/support.ts';

const executablePath = chromiumPath();
const fixtures = join(import.meta.dirname, '../fixtures');
const shared = sharedFolder('images');

const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Colours of the corners of an upright photo, from the left to the right and from the top. */
const corners = ['red', 'lime', 'blue', 'white'] as const;
const colors: Record<(typeof corners)[number], [number, number, number]> = {
  red: [255, 0, 0],
  lime: [0, 255, 0],
  blue: [0, 0, 255],
  white: [255, 255, 255],
};

/**
 * How pixels are stored for an orientation (EXIF 2.32, 4.6.4), so that the tag undoes it. Whatever their order here,
 * sharp mirrors first.
 */
const stored: Record<(typeof orientations)[number], (photo: Sharp) => Sharp> = {
  1: (photo) => photo,
  2: (photo) => photo.flop(),
  3: (photo) => photo.rotate(180),
  4: (photo) => photo.flip(),
  5: (photo) => photo.flip().rotate(90),
  6: (photo) => photo.rotate(270),
  7: (photo) => photo.flip().rotate(270),
  8: (photo) => photo.rotate(90),
};

/** 720 x 480 when upright, a colour in each corner, noisy enough to be more than 150 kB. */
async function cornered(
  format: 'jpeg' | 'png' | 'webp',
  orientation: (typeof orientations)[number],
): Promise<Buffer> {
  const [width, height] = [720, 480];
  const pixels = Buffer.alloc(width * height * 3);
  let seed = 1;
  for (let i = 0; i < pixels.length; i += 3) {
    const x = (i / 3) % width;
    const y = Math.floor(i / 3 / width);
    const [r, g, b] = colors[corners[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]];
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const noise = (seed >>> 16) % 60;
    pixels.set([Math.abs(r - noise), Math.abs(g - noise), Math.abs(b - noise)], i);
  }
  const upright = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  // A pipeline of its own: sharp turns and mirrors in an order of its own.
  const turned = await stored[orientation](sharp(upright)).png({ compressionLevel: 1 }).toBuffer();
  return await sharp(turned)
    .withMetadata({ orientation })
    .toFormat(format, { quality: 95 })
    .toBuffer();
}

describe.runIf(executablePath !== null)('a photo that is prepared in Chromium', () => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  let petal: Petal;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `import { preparePhoto } from './prepare-photo.ts'; Object.assign(globalThis, { preparePhoto });`,
        resolveDir: join(import.meta.dirname, '../../src/browser'),
      },
      bundle: true,
      format: 'iife',
      write: false,
    });
    server = createServer((_, response) => response.end('<!doctype html><title>Photos</title>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    petal = await startPetal({ bundle: inject('bundle') });
    browser = await launchChromium(executablePath ?? '');
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await page.evaluate(outputFiles[0].text);
  });
  afterAll(async () => {
    await browser.close();
    await petal.dispose();
    server.close();
  });

  /** What becomes of a file. */
  async function prepare(file: Buffer, type: string) {
    const { base64, ...rest } = await page.evaluate(
      async ({ base64, type }) => {
        const prepared = globalThis as unknown as { preparePhoto: typeof preparePhoto };
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const file = new Blob([bytes], { type });
        const { blob, isReduced } = await prepared.preparePhoto(file);
        const reader = new FileReader();
        await new Promise((resolve) => {
          reader.onload = resolve;
          reader.readAsDataURL(blob);
        });
        return {
          isReduced,
          isSame: blob === file,
          type: blob.type,
          base64: String(reader.result).split(',')[1],
        };
      },
      { base64: file.toString('base64'), type },
    );
    return { ...rest, bytes: Buffer.from(base64 ?? '', 'base64') };
  }

  /** Names of the colours near the corners, and the size. */
  async function look(bytes: Buffer) {
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const seen = [
      [0.2, 0.2],
      [0.8, 0.2],
      [0.2, 0.8],
      [0.8, 0.8],
    ].map(([x, y]) => {
      const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3;
      const distance = (name: (typeof corners)[number]) =>
        colors[name].reduce((sum, value, i) => sum + Math.abs(value - data[at + i]), 0);
      return corners.toSorted((a, b) => distance(a) - distance(b))[0];
    });
    const { orientation = 1 } = await sharp(bytes).metadata();
    return { width: info.width, height: info.height, orientation, seen };
  }

  test.for(
    (['jpeg', 'png', 'webp'] as const).flatMap((format) =>
      orientations.map((orientation) => [format, orientation] as const),
    ),
  )('as %s of orientation %i is upright, once', async ([format, orientation]) => {
    const file = await cornered(format, orientation);
    expect(file.length).toBeGreaterThan(150_000);
    const { isReduced, type, bytes } = await prepare(file, `image/${format}`);
    expect({ isReduced, type }).toEqual({ isReduced: true, type: 'image/jpeg' });
    expect(await look(bytes)).toEqual({
      width: 672,
      height: 448,
      orientation: 1,
      seen: [...corners],
    });
  });

  test.for([1, 6] as const)(
    'of 12 megapixels and orientation %i travels as less than 100 kB, and is still a daisy',
    async (orientation) => {
      const { buffer } = await largePhoto(orientation);
      expect(buffer.length).toBeGreaterThan(1_500_000);
      const { bytes } = await prepare(buffer, 'image/jpeg');
      expect(bytes.length).toBeLessThan(100_000);
      expect(await look(bytes)).toMatchObject({ height: 448, orientation: 1 });
      if (!inject('trained')) return;
      const answer = await petal.fetch('/v1/classify', {
        method: 'POST',
        body: new Uint8Array(bytes),
      });
      const { predictions } = (await answer.json()) as { predictions: { label: string }[] };
      expect(predictions[0].label).toBe('daisy');
    },
  );

  test('is not enlarged where it has few pixels and many bytes', async () => {
    const file = await sharp({
      create: {
        width: 300,
        height: 240,
        channels: 3,
        background: '#000',
        noise: { type: 'gaussian', mean: 128, sigma: 80 },
      },
    })
      .png()
      .toBuffer();
    expect(file.length).toBeGreaterThan(150_000);
    const { bytes } = await prepare(file, 'image/png');
    expect(await look(bytes)).toMatchObject({ width: 300, height: 240 });
  });

  test('has white where it was transparent', async () => {
    const file = await sharp({
      create: {
        width: 900,
        height: 700,
        channels: 3,
        background: '#000',
        noise: { type: 'gaussian', mean: 90, sigma: 40 },
      },
    })
      .ensureAlpha(0)
      .png()
      .toBuffer();
    expect(file.length).toBeGreaterThan(150_000);
    const { bytes } = await prepare(file, 'image/png');
    expect((await look(bytes)).seen).toEqual(['white', 'white', 'white', 'white']);
  });

  test.for(['image/avif', 'image/jpeg', ''])(
    'is a JPEG where it was an AVIF that calls itself %o, however small',
    async (type) => {
      const file = await sharp(join(fixtures, 'valid/jpeg/daisy.jpg')).avif().toBuffer();
      const { isReduced, bytes, type: became } = await prepare(file, type);
      expect({ isReduced, became }).toEqual({ isReduced: true, became: 'image/jpeg' });
      expect((await sharp(bytes).metadata()).format).toBe('jpeg');
    },
  );

  test('stays as it is where it is small and of a format that Petal reads', async () => {
    const file = await readFile(join(fixtures, 'valid/jpeg/daisy.jpg'));
    expect(await prepare(file, 'image/jpeg')).toMatchObject({ isReduced: false, isSame: true });
  });

  test.for([
    ['text', 'invalid/unsupported-media-type/text.txt', 'text/plain'],
    ['a text that calls itself a photo', 'invalid/unsupported-media-type/text.txt', 'image/heic'],
  ] as const)('stays as it is where it is %s, for Petal to say so', async ([, path, type]) => {
    const file = await readFile(join(fixtures, path));
    expect(await prepare(file, type)).toMatchObject({ isReduced: false, isSame: true });
  });

  test('that is damaged stays as it is, wherever it ends', async () => {
    const whole = await cornered('jpeg', 6);
    for (const length of [0, 1, 2, 3, 11, 20, 40]) {
      const { isSame } = await prepare(whole.subarray(0, length), 'image/tiff');
      expect(isSame, `${length} bytes`).toBe(true);
    }
  });

  test('is not prepared any further once nobody wants it', async () => {
    const buffer = await cornered('jpeg', 1);
    const reason = await page.evaluate(async (base64) => {
      const prepared = globalThis as unknown as { preparePhoto: typeof preparePhoto };
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const controller = new AbortController();
      const work = prepared.preparePhoto(new Blob([bytes], { type: 'image/jpeg' }), {
        signal: controller.signal,
      });
      controller.abort('changed my mind');
      return await work.catch((error: unknown) => error);
    }, buffer.toString('base64'));
    expect(reason).toBe('changed my mind');
  });

  test.runIf(shared !== null && inject('trained'))(
    'of a camera keeps its first prediction at less than 100 kB',
    async () => {
      const folder = join(shared ?? '', 'camera');
      for (const name of await readdir(folder)) {
        const file = await readFile(join(folder, name));
        const { bytes } = await prepare(file, 'image/jpeg');
        expect(bytes.length, name).toBeLessThan(100_000);
        const [original, reduced] = await Promise.all(
          [file, bytes].map(async (body) => {
            const answer = await petal.fetch('/v1/classify?top_k=1', {
              method: 'POST',
              body: new Uint8Array(body),
            });
            const { predictions } = (await answer.json()) as { predictions: { label: string }[] };
            return predictions[0].label;
          }),
        );
        expect(reduced, name).toBe(original);
      }
    },
  );

  test.runIf(shared !== null)('of each EXIF orientation is as its upright twin', async () => {
    const folder = join(shared ?? '', 'exif-orientation');
    for (const kind of ['Landscape', 'Portrait']) {
      const twin = await sharp(
        (await prepare(await readFile(join(folder, `${kind}_1.jpg`)), 'image/jpeg')).bytes,
      )
        .resize(32, 32, { fit: 'fill' })
        .raw()
        .toBuffer();
      for (const orientation of orientations) {
        const { bytes } = await prepare(
          await readFile(join(folder, `${kind}_${orientation}.jpg`)),
          'image/jpeg',
        );
        const seen = await sharp(bytes).resize(32, 32, { fit: 'fill' }).raw().toBuffer();
        const distance = seen.reduce((sum, value, i) => sum + Math.abs(value - twin[i]), 0);
        expect(distance / seen.length, `${kind} ${orientation}`).toBeLessThan(6);
      }
    }
  });
});
