import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Arithmetic } from '../../src/mobilenet/arithmetic.ts';
import { sharedPhotos } from '../support/photos.ts';
import { changedByEnlarging, type EnlargedPhoto, enlargedPhoto } from './enlarged.ts';

const originals = sharedPhotos('imagenet/*.JPEG');

// With weights at random, answers hang on nothing.
describe.runIf(originals.length > 0 && inject('trained'))(
  'photos enlarged to 12 megapixels',
  () => {
    const photos: EnlargedPhoto[] = [];
    beforeAll(async () => {
      for (const original of originals) photos.push(await enlargedPhoto(original));
    });

    test.for<[number, Arithmetic]>([
      [97, 'float32'],
      [96, 'int8'],
    ])('keep their first prediction in %i of 100 in %s', async ([least, arithmetic]) => {
      expect(photos).toHaveLength(100);
      const changed = await changedByEnlarging(photos, arithmetic);
      expect(100 - changed.length, changed.join('\n')).toBeGreaterThanOrEqual(least);
    });
  },
);
