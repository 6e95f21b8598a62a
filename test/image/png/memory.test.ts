/** The memory that decoding announces against the memory that it takes. */
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fits } from '../../../src/image/fit.ts';
import { pngCodec } from '../../../src/image/png/codec.ts';
import { NetworkInput } from '../../../src/image/preprocess.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { allocatedBytes } from '../allocated-bytes.ts';
import { RegionTarget } from '../region-target.ts';
import { channelsOf, chunk, headerChunk, joinBytes, layouts, signature } from './writer.ts';

interface Claim {
  readonly width: number;
  readonly height: number;
  readonly colorType: number;
  readonly bitDepth: number;
  readonly interlaced: boolean;
}

/** A file with this header. */
function claiming(claim: Claim, data = new Uint8Array(0)): Uint8Array {
  return joinBytes(
    signature,
    headerChunk(claim, [0, 0, claim.interlaced ? 1 : 0]),
    claim.colorType === 3 ? chunk('PLTE', [0, 0, 0]) : [],
    chunk('IDAT', data),
    chunk('IEND'),
  );
}

/** A file with this header and nothing but zeros, of which there may be too many. */
function zeros(claim: Claim): Uint8Array {
  const { width, height, colorType, bitDepth } = claim;
  const rowBytes = 8 + Math.ceil((width * channelsOf[colorType] * bitDepth) / 8);
  return claiming(claim, deflateSync(new Uint8Array(rowBytes * height * 2)));
}

const stored = layouts.flatMap((layout) =>
  [false, true].map((interlaced) => ({ ...layout, interlaced })),
);
const whole = { left: 0, top: 0, right: 1, bottom: 1 };

describe.for(stored)(
  'decoding a PNG of colour type $colorType and $bitDepth bits, interlaced: $interlaced',
  (layout) => {
    test.for([
      [1, 1],
      [100, 80],
      [30, 3000],
      [20_000, 30],
    ])('takes no more memory than it announces, and not much less: %i x %i', ([width, height]) => {
      const bytes = zeros({ width, height, ...layout });
      for (const reduction of [1, 3.5]) {
        const factors = { across: reduction, down: reduction };
        // Of all that is sent on, this keeps one row.
        const target = new RegionTarget(whole, factors, height);
        const photo = pngCodec.open(bytes);
        const announced = photo.memoryBytes(target);
        const allocated =
          allocatedBytes(() => photo.decode(target, unlimitedWork)) -
          3 * Math.ceil(width / reduction);
        expect(allocated).toBeLessThanOrEqual(announced);
        expect(allocated).toBeGreaterThan(announced * 0.9);
      }
    });

    test('fits into a Worker at 48 megapixels', () => {
      for (const [width, height] of [
        [8000, 6000],
        [6000, 8000],
        [30_000, 1600],
        [1600, 30_000],
      ]) {
        const photo = pngCodec.open(claiming({ width, height, ...layout }));
        for (const fit of fits) {
          const announced = photo.memoryBytes(new NetworkInput(photo, 224, fit));
          expect(announced).toBeLessThan(5e6);
        }
      }
    });
  },
);

test('opening a PNG takes no memory for its pixels', () => {
  const claim = { width: 2 ** 31 - 1, height: 2 ** 31 - 1, colorType: 6, bitDepth: 16 };
  const bytes = claiming({ ...claim, interlaced: false });
  expect(allocatedBytes(() => pngCodec.open(bytes))).toBe(0);
});
