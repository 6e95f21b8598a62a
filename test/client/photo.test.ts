import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bodyOf, type Photo, splitPhotos } from '../../src/client/photo.ts';

const limits = { maxPhotos: 4, maxBytes: 5000 };

const photos: fc.Arbitrary<Photo[]> = fc.array(
  fc.oneof(
    fc.nat(6000).map((length) => new Uint8Array(length)),
    fc.nat(3000).map((length) => new Blob([new Uint8Array(length)])),
    fc.constant({ url: 'https://shop.example/photo.jpg' }),
  ),
  { maxLength: 20 },
);

test('every photo is in one request, each of one kind, few photos and few bytes', async () => {
  await fc.assert(
    fc.asyncProperty(photos, async (list) => {
      const batches = splitPhotos(list, limits);
      const places = batches.flatMap((batch) => batch.places);
      expect(places.toSorted((a, b) => a - b)).toEqual([...list.keys()]);
      for (const { photos, places } of batches) {
        expect(photos).toEqual(places.map((place) => list[place]));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(photos.length).toBeLessThanOrEqual(limits.maxPhotos);
        expect(new Set(photos.map((photo) => 'url' in photo)).size).toBe(1);
        const { byteLength } = await new Response(bodyOf(photos).body).arrayBuffer();
        if (photos.length > 1) expect(byteLength).toBeLessThanOrEqual(limits.maxBytes);
      }
    }),
    { numRuns: 50 },
  );
});

test('requests are as few as their order allows', () => {
  const list = Array.from({ length: 9 }, () => new Uint8Array(10));
  expect(splitPhotos(list, limits).map((batch) => batch.photos.length)).toEqual([4, 4, 1]);
});
