/** The memory that decoding announces against the memory that it takes. */
import { describe, expect, test } from 'vitest';
import { fits } from '../../../src/image/fit.ts';
import { NetworkInput } from '../../../src/image/preprocess.ts';
import { webpCodec } from '../../../src/image/webp/codec.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { seededRandom } from '../../../src/seeded-random.ts';
import { allocatedBytes } from '../allocated-bytes.ts';
import { RegionTarget } from '../region-target.ts';
import { drawLossless } from './any-lossless.ts';
import { below } from './any-prefix-code.ts';
import { encodeAllKinds, readVariant, variants } from './pictures.ts';
import {
  animationChunk,
  canvasChunk,
  canvasFlag,
  chunk,
  frameChunk,
  joinBytes,
  littleEndian,
  webpFile,
} from './writer.ts';

const whole = { left: 0, top: 0, right: 1, bottom: 1 };

/** What decoding allocates but for what the target keeps, and what it has announced. */
function measure(bytes: Uint8Array, reduction: number): { allocated: number; announced: number } {
  const photo = webpCodec.open(bytes);
  // Of all that is sent on, this keeps one row.
  const target = new RegionTarget(whole, { across: reduction, down: reduction }, photo.height);
  const announced = photo.memoryBytes(target);
  const kept = 3 * Math.ceil(photo.width / Math.min(Math.floor(reduction), photo.width));
  const allocated = allocatedBytes(() => photo.decode(target, unlimitedWork)) - kept;
  return { allocated, announced };
}

/** A lossy picture of these sides, the rest of which is zeros. */
function claimingLossy(width: number, height: number, dataBytes = 1000): Uint8Array {
  // Half of the data is the first partition (RFC 6386, 9.1).
  const tag = ((dataBytes >> 1) << 5) | 0x10;
  const sides = [...littleEndian(width, 2), ...littleEndian(height, 2)];
  const head = [...littleEndian(tag, 3), 0x9d, 0x01, 0x2a, ...sides];
  return chunk('VP8 ', joinBytes(head, new Uint8Array(dataBytes)));
}

function claimingLossless(width: number, height: number, dataBytes = 1000): Uint8Array {
  const sides = littleEndian((width - 1) | ((height - 1) << 14), 4);
  return chunk('VP8L', joinBytes([0x2f], sides, new Uint8Array(dataBytes)));
}

describe('decoding takes no more memory than it announces', () => {
  test.for(variants)('%s', (name) => {
    for (const reduction of [1, 3.5]) {
      const { allocated, announced } = measure(readVariant(name), reduction);
      expect(allocated).toBeLessThanOrEqual(announced);
    }
  });

  test('for what sharp writes', async () => {
    for (const { name, bytes } of await encodeAllKinds()) {
      const { allocated, announced } = measure(bytes, 1);
      expect(allocated, name).toBeLessThanOrEqual(announced);
    }
  });

  test('for lossless streams of all that the format has', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const data = drawLossless(random, 1 + below(random, 90), 1 + below(random, 90));
      const { allocated, announced } = measure(webpFile(chunk('VP8L', data)), 1);
      expect(allocated, `seed ${seed}`).toBeLessThanOrEqual(announced);
    }
  });

  test.for([
    [1, 1],
    [16, 16],
    [16_383, 40],
    [40, 16_383],
    [2000, 1500],
  ])('and, where it is lossy, not much less: %i x %i', ([width, height]) => {
    // Zeros are a picture: the first mode and no coefficients.
    const bytes = webpFile(claimingLossy(width, height, 200_000));
    const { allocated, announced } = measure(bytes, 1);
    expect(allocated).toBeLessThanOrEqual(announced);
    expect(allocated).toBeGreaterThan(announced * 0.9 - 10_000);
  });
});

describe('48 megapixels fit into a Worker', () => {
  const sizes = [
    [8000, 6000],
    [6000, 8000],
    [16_383, 2930],
    [2930, 16_383],
  ] as const;

  /** The most that is announced for these chunks, of all sizes and fits. */
  function mostAnnounced(write: (width: number, height: number) => Uint8Array): number {
    const announced = sizes.flatMap(([width, height]) => {
      const photo = webpCodec.open(write(width, height));
      return fits.map((fit) => photo.memoryBytes(new NetworkInput(photo, 224, fit)));
    });
    return Math.max(...announced);
  }

  test('where they are lossy, with a few megabytes', () => {
    const most = mostAnnounced((width, height) => webpFile(claimingLossy(width, height)));
    expect(most).toBeLessThan(5e6);
  });

  test('where they are lossless, with what any file could take', () => {
    const most = mostAnnounced((width, height) => webpFile(claimingLossless(width, height, 1e6)));
    expect(most).toBeLessThan(28e6);
  });

  test('where they are lossy, and their alpha is lossless', () => {
    const most = mostAnnounced((width, height) =>
      webpFile(
        canvasChunk(width, height, canvasFlag.alpha),
        chunk('ALPH', joinBytes([1], new Uint8Array(30e6))),
        claimingLossy(width, height),
      ),
    );
    expect(most).toBeLessThan(30e6);
  });
});

describe('opening a WebP takes no memory for its pixels', () => {
  test.for<[string, Uint8Array]>([
    ['lossy', webpFile(claimingLossy(16_383, 16_383))],
    ['lossless', webpFile(claimingLossless(16_384, 16_384))],
    [
      'on a large canvas',
      webpFile(
        canvasChunk(2 ** 24, 2 ** 24, canvasFlag.animation),
        animationChunk,
        frameChunk({ left: 0, top: 0, width: 40, height: 30 }, claimingLossy(40, 30)),
      ),
    ],
  ])('%s', ([, bytes]) => {
    expect(allocatedBytes(() => webpCodec.open(bytes))).toBe(0);
  });
});
