/** Large drawings: few bytes for many pixels, as programs and scanners write them. */
import sharp, { type Sharp } from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { measureWork } from '../fuzz/costly/work-meter.ts';

const width = 4000;
const height = 3000;

/** A bright disc and a square on white. */
const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <rect width="100%" height="100%" fill="#fff"/>
  <circle cx="2000" cy="1500" r="1000" fill="#fc8"/>
  <rect x="500" y="300" width="440" height="1000" fill="#36c"/>
</svg>`;

let pixels: Buffer;

beforeAll(async () => {
  pixels = await sharp(Buffer.from(drawing)).removeAlpha().raw().toBuffer();
});

const encodings: Readonly<Record<string, (picture: Sharp) => Sharp>> = {
  JPEG: (picture) => picture.jpeg(),
  'progressive JPEG': (picture) => picture.jpeg({ progressive: true }),
  PNG: (picture) => picture.png({ compressionLevel: 4 }),
  'PNG with a palette': (picture) => picture.png({ palette: true, effort: 1 }),
  'lossy WebP': (picture) => picture.webp({ effort: 0 }),
  'lossless WebP': (picture) => picture.webp({ lossless: true, effort: 0 }),
  GIF: (picture) => picture.gif({ effort: 1 }),
};

test.for(Object.keys(encodings))('a drawing of 12 megapixels is read whole as %s', async (name) => {
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
  const bytes = new Uint8Array(await encodings[name](picture).toBuffer());
  expect(measureWork(bytes, 'squash')).toMatchObject({
    outcome: 'decoded',
    pixels: width * height,
  });
});
