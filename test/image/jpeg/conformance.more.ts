/** Photos that lie beside the project: all but for flowers, which are many; of those every fifth. */
import { readFileSync } from 'node:fs';
import { describe, test } from 'vitest';
import { sharedPhotos } from '../../support/photos.ts';
import { expectLikeOthers } from './conformance.ts';

const photos = [
  ...sharedPhotos('{imagenet,camera,exif-orientation}/*'),
  ...sharedPhotos('flowers/*/*').filter((_, i) => i % 5 === 0),
];

describe.runIf(photos.length > 0)('decodeJpeg', () => {
  test.for(photos)('agrees with libjpeg-turbo and jpeg-js on $name', async ({ path }) => {
    await expectLikeOthers(new Uint8Array(readFileSync(path)));
  });
});
