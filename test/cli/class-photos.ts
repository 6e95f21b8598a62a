import { join } from 'node:path';
import { decodePhoto, openPhoto } from '../../src/image/decode-image.ts';
import { Picture } from '../../src/image/picture.ts';
import { encodePng } from '../../src/image/png-file.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { fixture, type Scratch } from './petal.ts';

/** Classes that the drawn scenes give. */
export const sceneLabels = ['candle', 'daisy', 'golf-ball'] as const;

/** Side of the photos in pixels. */
const side = 224;

/**
 * Fills a folder with photos of three classes: parts of the drawn scenes, each
 * brighter or darker than the next, every other one mirrored.
 *
 * @param perClass how many of each
 */
export async function putScenes(scratch: Scratch, folder: string, perClass: number): Promise<void> {
  for (const label of sceneLabels) {
    const photo = openPhoto(fixture(`${label}.jpg`));
    const picture = new Picture();
    decodePhoto(photo, picture, { maxPixels: 1e9, maxDecodeBytes: 1e9 });
    const random = seededRandom(label.length);
    for (let i = 0; i < perClass; i++) {
      const file = encodePng(partOf(picture.image, i, random));
      await scratch.put(join(folder, label, `${i}.png`), file);
    }
  }
}

function partOf(
  { width, height, pixels }: RgbImage,
  number: number,
  random: () => number,
): RgbImage {
  const share = 0.45 + 0.5 * random();
  const size = Math.min(width, height) * share;
  const left = (width - size) * random();
  const top = (height - size) * random();
  const gain = 0.4 + 0.7 * random();
  const part = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const across = number % 2 === 0 ? x : side - 1 - x;
      const from =
        Math.floor(top + (y * size) / side) * width + Math.floor(left + (across * size) / side);
      for (let channel = 0; channel < 3; channel++) {
        part[(y * side + x) * 3 + channel] = pixels[from * 3 + channel] * gain;
      }
    }
  }
  return { width: side, height: side, pixels: part };
}
