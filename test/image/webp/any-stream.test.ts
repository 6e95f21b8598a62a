/**
 * Streams that no encoder writes against libwebp: they hold all that the
 * formats have, in any combination, and decode to the same pixels.
 */
import { describe, test } from 'vitest';
import { readFrameHeader } from '../../../src/image/webp/vp8/frame-header.ts';
import { seededRandom } from '../../../src/seeded-random.ts';
import { drawLossless, drawLosslessAlpha } from './any-lossless.ts';
import { drawLossy } from './any-lossy.ts';
import { below } from './any-prefix-code.ts';
import { expectLikeSharp } from './reference.ts';
import { canvasChunk, canvasFlag, chunk, joinBytes, webpFile } from './writer.ts';

/**
 * libwebp takes the values of segments for absolute where a file has segments
 * without values; RFC 6386 (9.3) takes them for differences of 0.
 */
function isComparable(data: Uint8Array): boolean {
  const { enabled, isAbsolute, quantizers, filterLevels } = readFrameHeader(data).segmentation;
  const values = [...quantizers, ...filterLevels];
  return !enabled || isAbsolute || values.some((value) => value !== 0);
}

describe('decodes as libwebp does', () => {
  test('lossy pictures of random bits', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const data = drawLossy(random, 1 + below(random, 50), 1 + below(random, 50));
      if (isComparable(data)) await expectLikeSharp(webpFile(chunk('VP8 ', data)), `seed ${seed}`);
    }
  });

  test('lossless pictures of random transforms, codes and pixels', async () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = seededRandom(seed);
      const data = drawLossless(random, 1 + below(random, 70), 1 + below(random, 70));
      await expectLikeSharp(webpFile(chunk('VP8L', data)), `seed ${seed}`);
    }
  });

  test('lossless pictures that are large enough for the farthest copies', async () => {
    for (let seed = 1; seed <= 2; seed++) {
      const data = drawLossless(seededRandom(seed), 1100, 1050);
      await expectLikeSharp(webpFile(chunk('VP8L', data)), `seed ${seed}`);
    }
  });

  test('alpha of random values, however it is stored and filtered', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const [width, height] = [1 + below(random, 40), 1 + below(random, 40)];
      const filter = below(random, 4);
      const isCompressed = random() < 0.5;
      const values = isCompressed
        ? drawLosslessAlpha(random, width, height)
        : Uint8Array.from({ length: width * height }, () => below(random, 256));
      const alpha = joinBytes([(filter << 2) | (isCompressed ? 1 : 0)], values);
      const data = drawLossy(random, width, height);
      if (!isComparable(data)) continue;
      const file = webpFile(
        canvasChunk(width, height, canvasFlag.alpha),
        chunk('ALPH', alpha),
        chunk('VP8 ', data),
      );
      await expectLikeSharp(file, `seed ${seed}`);
    }
  });
});
