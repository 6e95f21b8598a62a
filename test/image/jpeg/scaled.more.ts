/** Photos that lie beside the project: cameras' own files, and every tenth of the others. */
import { readFileSync } from 'node:fs';
import { describe, test } from 'vitest';
import { sharedPhotos } from '../../support/photos.ts';
import { expectLikeSharp, reduced } from './conformance.ts';

const photos = [
  ...sharedPhotos('camera/*'),
  ...sharedPhotos('{imagenet,exif-orientation,flowers/*}/*').filter((_, i) => i % 10 === 0),
];

describe.runIf(photos.length > 0)('decodeJpeg, scaled,', () => {
  test.for(photos)('agrees with libjpeg-turbo on $name', async ({ path }) => {
    const bytes = new Uint8Array(readFileSync(path));
    for (const denominator of reduced) await expectLikeSharp(bytes, denominator);
  });
});
