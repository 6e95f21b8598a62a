import { canvasChunk, canvasFlag, chunk, frameChunk } from '../../image/webp/writer.ts';
import { joinBytes } from '../mutator.ts';
import { type Extreme, flood, heightFor, littleEndian, maxFileBytes } from './extreme.ts';
import { type Vp8, vp8 } from './vp8.ts';
import { type Transform, type Vp8l, vp8l, vp8lStream } from './vp8l.ts';

function webp(...chunks: readonly Uint8Array[]): Uint8Array {
  const contents = joinBytes(chunks);
  return joinBytes([
    Buffer.from('RIFF'),
    littleEndian(4, contents.length + 4),
    Buffer.from('WEBP'),
    contents,
  ]);
}

function extreme(name: string, why: string, make: () => Uint8Array): Extreme {
  return { name: `webp: ${name}`, format: 'webp', why, make };
}

const maxSide = 16_383;
const wide = { width: maxSide, height: heightFor(maxSide) };
const tall = { width: heightFor(maxSide), height: maxSide };
const square = { width: 7071, height: 7071 };
const room = maxFileBytes - 1000;

function lossless(picture: Vp8l): Uint8Array {
  return webp(chunk('VP8L', vp8l(picture)));
}

/** All but the palette; blocks are as small as so many pixels allow. */
function transformsOf(mode: number, blockBits: number): readonly Transform[] {
  return [
    { kind: 'predictor', mode, blockBits },
    { kind: 'cross color', blockBits },
    { kind: 'subtract green' },
  ];
}

const allTransforms: readonly Transform[] = [
  ...transformsOf(13, 3),
  { kind: 'palette', colors: 256 },
];

type Lossy = Omit<Vp8, 'tokenBytes'> & { readonly tokenBytes?: number };

function lossyChunk(picture: Lossy): Uint8Array {
  return chunk('VP8 ', vp8({ tokenBytes: 0, ...picture }));
}

/** Transparency that is coded losslessly, with a filter (RFC 9649, 2.7.1.2). */
function alphaChunk(picture: Vp8l, filter: 0 | 1 | 2 | 3): Uint8Array {
  return chunk('ALPH', joinBytes([[1 | (filter << 2)], vp8lStream(picture)]));
}

function transparent(picture: Lossy, alpha: Vp8l, filter: 0 | 1 | 2 | 3): Uint8Array {
  const { width, height } = picture;
  return webp(
    canvasChunk(width, height, canvasFlag.alpha),
    alphaChunk(alpha, filter),
    lossyChunk(picture),
  );
}

/** No bytes for the macroblocks, and the most work that they can be without any. */
const skipped = { mode: 'dc', coefficients: 'none', filterLevel: 63 } as const;

/** Bytes that a picture of the greatest size takes, with a bit or two a block. */
const lastBytes = 1_500_000;

const small = { width: 16, height: 16 };
const smallLossless = chunk('VP8L', vp8l({ ...small, pixels: 'literals' }));

export const webpExtremes: readonly Extreme[] = [
  extreme('lossless, 16,383 x 3051, one colour', 'pixels of no bits', () =>
    lossless({ ...wide, pixels: 'literals' }),
  ),
  extreme(
    'lossless, 16,383 x 3051, all transforms',
    'pixels of no bits, transformed four times',
    () => lossless({ ...wide, pixels: 'literals', transforms: allTransforms }),
  ),
  extreme('lossless, 3051 x 16,383, all transforms, cache', 'many rows', () =>
    lossless({ ...tall, pixels: 'literals', transforms: allTransforms, cacheBits: 11 }),
  ),
  ...[11, 12].map((mode) =>
    extreme(`lossless, predictor ${mode}`, 'pixels of no bits, transformed three times', () =>
      lossless({ ...square, pixels: 'literals', transforms: transformsOf(mode, 3) }),
    ),
  ),
  extreme('lossless, copies of one pixel', 'copies of no bits', () =>
    lossless({ ...square, pixels: 'copies', groupBits: 9 }),
  ),
  extreme(
    'lossless, copies of one pixel, small groups, cache, all transforms',
    'copies of no bits',
    () =>
      lossless({
        ...square,
        pixels: 'copies',
        groupBits: 3,
        cacheBits: 11,
        transforms: allTransforms,
      }),
  ),
  extreme('lossless, colours from the cache, all transforms', 'pixels of no bits', () =>
    lossless({
      ...square,
      pixels: 'cached',
      groupBits: 3,
      cacheBits: 11,
      transforms: allTransforms,
    }),
  ),
  extreme('lossless, four bits a pixel, all transforms, cache', 'four codes a pixel', () =>
    lossless({
      width: 6000,
      height: 6500,
      pixels: 'varied',
      cacheBits: 11,
      transforms: allTransforms,
    }),
  ),
  extreme('lossless, palette of two colours', 'eight pixels in one', () =>
    lossless({ ...square, pixels: 'literals', transforms: [{ kind: 'palette', colors: 2 }] }),
  ),
  extreme('lossless, 60,000 groups of large codes', 'codes that no pixel uses', () =>
    lossless({ ...small, pixels: 'literals', groupBits: 3, cacheBits: 11, unusedGroups: 60_000 }),
  ),
  ...(['dc', 'trueMotion', 'vertical', 'verticalRight'] as const).map((mode) =>
    extreme(
      `lossy, no coefficients, ${mode}`,
      'macroblocks of half a byte, smoothed everywhere',
      () => webp(lossyChunk({ ...wide, ...skipped, mode })),
    ),
  ),
  extreme('lossy, no coefficients, simple filter', 'macroblocks of half a byte', () =>
    webp(lossyChunk({ ...wide, ...skipped, simpleFilter: true })),
  ),
  extreme('lossy, one coefficient a block', 'all blocks are transformed, for two bits each', () =>
    webp(lossyChunk({ ...wide, ...skipped, coefficients: 'last', tokenBytes: lastBytes })),
  ),
  extreme(
    'lossy, one coefficient a block, macroblocks of one mode',
    'all blocks are transformed',
    () =>
      webp(
        lossyChunk({
          ...tall,
          ...skipped,
          mode: undefined,
          coefficients: 'last',
          tokenBytes: lastBytes,
        }),
      ),
  ),
  extreme('lossy, large coefficients everywhere', '19 bits of the code for a coefficient', () =>
    webp(
      lossyChunk({
        width: 4000,
        height: 3200,
        ...skipped,
        coefficients: 'large',
        tokenBytes: room - 200_000,
      }),
    ),
  ),
  extreme('lossy and transparent, all transforms, copies', 'two pictures in one', () =>
    transparent(
      { ...wide, ...skipped, coefficients: 'last', tokenBytes: lastBytes },
      { ...wide, pixels: 'copies', groupBits: 3, cacheBits: 11, transforms: allTransforms },
      3,
    ),
  ),
  extreme('a frame of 16 x 16 in 7071 x 7071', 'pixels that the frame leaves white', () =>
    webp(
      canvasChunk(7071, 7071, canvasFlag.animation),
      frameChunk({ left: 0, top: 0, ...small }, smallLossless),
    ),
  ),
  extreme('a frame of 2 x 2 in 3 x 16,600,000', 'rows that the frame leaves white', () =>
    webp(
      canvasChunk(3, 16_600_000, canvasFlag.animation),
      frameChunk(
        { left: 0, top: 0, width: 2, height: 2 },
        chunk('VP8L', vp8l({ width: 2, height: 2, pixels: 'literals' })),
      ),
    ),
  ),
  extreme('chunks that mean nothing', 'eight bytes a chunk', () =>
    webp(canvasChunk(16, 16), flood(chunk('XXXX', []), room), smallLossless),
  ),
  extreme('chunks that mean nothing in a frame', 'eight bytes a chunk', () =>
    webp(
      canvasChunk(16, 16, canvasFlag.animation),
      frameChunk({ left: 0, top: 0, ...small }, flood(chunk('XXXX', []), room), smallLossless),
    ),
  ),
];
