import { describe, expect, inject, test } from 'vitest';
import { sharedPhotos } from '../support/photos.ts';
import { changedByEnlarging, enlargedPhoto } from './enlarged.ts';

// `npm run test:more` takes all 100 of them.
const originals = sharedPhotos('imagenet/*.JPEG').filter((_, i) => i % 25 === 0);

// With weights at random, answers hang on nothing.
describe.runIf(originals.length > 0 && inject('trained'))(
  'photos enlarged to 12 megapixels',
  () => {
    test('keep their first prediction in either arithmetic', async () => {
      const photos = await Promise.all(originals.map(enlargedPhoto));
      expect(photos).toHaveLength(4);
      expect(await changedByEnlarging(photos, 'float32')).toEqual([]);
      expect(await changedByEnlarging(photos, 'int8')).toEqual([]);
    });
  },
);
