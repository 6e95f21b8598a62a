import fc from 'fast-check';
import { drawIndices, drawPalette, patterns } from './pictures.ts';
import type { Gif } from './writer.ts';

const side = fc.integer({ min: 1, max: 33 });
const offset = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }));

/** Files of any size, with everything that the format leaves open. */
export const anyGif: fc.Arbitrary<Gif> = fc
  .record({
    width: side,
    height: side,
    left: offset,
    top: offset,
    screen: fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })),
    bits: fc.integer({ min: 1, max: 8 }),
    local: fc.boolean(),
    global: fc.boolean(),
    transparent: fc.option(fc.nat(255), { nil: undefined }),
    interlaced: fc.boolean(),
    pattern: fc.constantFrom(...patterns),
    clears: fc.oneof(fc.constantFrom('when full', 'never'), fc.integer({ min: 1, max: 300 })),
    literal: fc.constantFrom(undefined, true),
    subBlockBytes: fc.integer({ min: 1, max: 255 }),
    seed: fc.nat(1000),
  })
  .map(({ screen, bits, local, global, pattern, clears, literal, seed, ...open }) => {
    const colors = 2 ** bits;
    const minCodeSize = Math.max(2, bits);
    const [width, height] = screen;
    return {
      width,
      height,
      ...(global || !local ? { palette: drawPalette(colors, seed) } : {}),
      frames: [
        {
          ...open,
          indices: drawIndices(open.width, open.height, colors, pattern, seed),
          ...(local ? { palette: drawPalette(colors, seed + 1) } : {}),
          coding: { minCodeSize, clears, ...(literal ? { literal } : {}) },
        },
      ],
    } as Gif;
  });
