/** The decoder's pictures against what was written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gifCodec } from '../../../src/image/gif/codec.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { decodeStored } from '../decoded.ts';
import { boxMeans } from '../jpeg/reference.ts';
import { RegionTarget } from '../region-target.ts';
import { anyGif } from './any-gif.ts';
import { expectPicture } from './decoded.ts';
import { changeFrame, drawIndices, drawPalette, firstFrame, patterns } from './pictures.ts';
import {
  extension,
  type Gif,
  type GifFrame,
  graphicControl,
  joinBytes,
  writeGif,
} from './writer.ts';

/** A picture that tells every row and column from every other. */
const frame: GifFrame = { width: 23, height: 19, indices: drawIndices(23, 19, 16) };
const plain: Gif = { width: 23, height: 19, palette: drawPalette(16), frames: [frame] };

function withFrame(changes: Partial<GifFrame>, of: Gif = plain): Gif {
  return changeFrame(of, changes);
}

describe('the GIF decoder', () => {
  test('decodes files of any size and kind to the pixels that were written', () => {
    fc.assert(
      fc.property(anyGif, (gif) => expectPicture(writeGif(gif), firstFrame(gif))),
      { numRuns: 500, seed: 20_261_123 },
    );
  });

  test.for([1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33])(
    'decodes interlaced frames of %i rows',
    (height) => {
      const gif = withFrame({
        width: 5,
        height,
        interlaced: true,
        indices: drawIndices(5, height, 16),
      });
      expectPicture(writeGif(gif), firstFrame(gif));
    },
  );

  test.for([
    ['all codes of a table that is cleared when full', { clears: 'when full' }],
    ['a table that stays full ("deferred clear codes")', { clears: 'never' }],
    ['a clear code after every code', { clears: 1 }],
    ['strings of one pixel only', { literal: true, clears: 100 }],
    ['a full table of strings of one pixel only', { literal: true, clears: 'never' }],
    ['a table that is filled and cleared within 12 bits', { clears: 3900 }],
  ] as const)('decodes %s', ([, coding]) => {
    for (const pattern of patterns) {
      const indices = drawIndices(211, 150, 256, pattern);
      const gif: Gif = {
        width: 211,
        height: 150,
        palette: drawPalette(256),
        frames: [{ width: 211, height: 150, indices, coding: { minCodeSize: 8, ...coding } }],
      };
      expectPicture(writeGif(gif), firstFrame(gif));
    }
  });

  test.for([1, 2, 3, 4, 5, 6, 7, 8])('decodes indices of %i bits', (minCodeSize) => {
    const colors = 2 ** minCodeSize;
    for (const pattern of patterns) {
      const indices = drawIndices(90, 70, colors, pattern);
      const gif: Gif = {
        width: 90,
        height: 70,
        palette: drawPalette(colors),
        frames: [{ width: 90, height: 70, indices, coding: { minCodeSize } }],
      };
      expectPicture(writeGif(gif), firstFrame(gif));
    }
  });

  test('decodes one colour, whose codes complete themselves', () => {
    const gif = withFrame({ width: 300, height: 300, indices: new Uint8Array(90000).fill(3) });
    const bytes = writeGif(gif);
    expect(bytes.length).toBeLessThan(1000);
    expectPicture(bytes, firstFrame(gif));
  });

  test('decodes strings that go on over many short rows', () => {
    const gif = withFrame({ width: 1, height: 9000, indices: new Uint8Array(9000).fill(3) });
    expectPicture(writeGif(gif), firstFrame(gif));
  });

  test('decodes a file whose codes are as many as they were in 1987', () => {
    expectPicture(writeGif({ ...plain, version: '87a' }), firstFrame(plain));
  });

  test.for([
    ['the clear code at the beginning', { firstClear: false }],
    ['the end code', { endCode: false }],
  ] as const)('decodes a file without %s', ([, coding]) => {
    expectPicture(writeGif(withFrame({ coding })), firstFrame(plain));
  });

  test('decodes a file that ends behind the last pixel', () => {
    const bytes = writeGif(withFrame({ coding: { endCode: false } }));
    // Without the trailer and the terminator of the sub-blocks.
    expectPicture(bytes.subarray(0, bytes.length - 2), firstFrame(plain));
  });

  test('passes over extensions of any kind and length before the frame', () => {
    const text = Buffer.from('A picture for a test');
    const before = [
      extension(0xfe, text),
      extension(0xff, Buffer.from('NETSCAPE2.0\x03\x01\0\0'), 11),
      extension(0x01, new Uint8Array(12)),
      extension(0xf9, new Uint8Array(0)),
      extension(0x77, new Uint8Array(5000).fill(0x2c)),
      extension(0xfe, text, 1),
    ];
    expectPicture(writeGif(withFrame({ before })), firstFrame(plain));
  });

  test('lays transparent pixels on white', () => {
    const gif = withFrame({ transparent: 3 });
    const expected = firstFrame(gif);
    expect(expected.pixels).not.toEqual(firstFrame(plain).pixels);
    expectPicture(writeGif(gif), expected);
  });

  test('keeps transparency over extensions, and follows the last that speaks of it', () => {
    const comment = extension(0xfe, Buffer.from('Between'));
    const gif = withFrame({ transparent: 3 });
    const kept = withFrame({ before: [graphicControl(3), comment] });
    expectPicture(writeGif(kept), firstFrame(gif));
    const replaced = withFrame({ before: [graphicControl(3), comment, graphicControl(undefined)] });
    expectPicture(writeGif(replaced), firstFrame(plain));
  });

  test('takes an index beyond the colour table for black', () => {
    const gif: Gif = { ...plain, palette: drawPalette(4) };
    const wide = withFrame({ coding: { minCodeSize: 4 } }, gif);
    expectPicture(writeGif(wide), firstFrame(wide));
  });

  test('leaves what the first frame does not cover white', () => {
    const gif = withFrame({ left: 7, top: 5 }, { ...plain, width: 40, height: 31, background: 2 });
    expectPicture(writeGif(gif), firstFrame(gif));
  });

  test('decodes the first frame of several, and nothing behind it', () => {
    const second: GifFrame = { width: 23, height: 19, indices: drawIndices(23, 19, 16, 'stripes') };
    const bytes = writeGif({ ...plain, frames: [frame, second] });
    expectPicture(bytes, firstFrame(plain));
    const end = writeGif(plain).length - 1;
    expectPicture(joinBytes(bytes.subarray(0, end), [0x99, 0x99]), firstFrame(plain));
  });

  test('decodes a file from the middle of a larger buffer', () => {
    const bytes = writeGif(plain);
    const larger = joinBytes([1, 2, 3, 4, 5], bytes, Buffer.from('GIF89a'));
    expectPicture(larger.subarray(5, 5 + bytes.length), firstFrame(plain));
  });
});

describe('the GIF decoder, for less than the whole picture', () => {
  const gif: Gif = {
    width: 101,
    height: 83,
    palette: drawPalette(256),
    frames: [
      { left: 5, top: 9, width: 90, height: 61, indices: drawIndices(90, 61, 256), transparent: 7 },
    ],
  };

  test.for([2, 3, 8, 30, 200])('reduces it to means of boxes of %i', (maxReduction) => {
    for (const interlaced of [false, true]) {
      const bytes = writeGif(withFrame({ interlaced }, gif));
      const { width, height, pixels } = decodeStored(gifCodec, bytes, maxReduction);
      // Boxes are as wide as they are high, unless the picture ends first.
      const side = Math.min(maxReduction, 101);
      const means = boxMeans(firstFrame(gif), side);
      expect([width, height]).toEqual([means.width, means.height]);
      expect(Buffer.compare(pixels, means.pixels)).toBe(0);
    }
  });

  test('sends just the rows and columns that are wanted', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const part = fc.tuple(share, share, share, share).map(([a, b, c, d]) => ({
      left: Math.min(a, b),
      right: Math.max(a, b),
      top: Math.min(c, d),
      bottom: Math.max(c, d),
    }));
    const reduction = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        anyGif,
        part,
        reduction,
        fc.integer({ min: 1, max: 3 }),
        (any, wanted, by, step) => {
          const bytes = writeGif(any);
          const whole = decodeStored(gifCodec, bytes, by);
          const target = new RegionTarget(wanted, { across: by + 0.5, down: by + 0.9 }, step);
          expect(gifCodec.open(bytes).decode(target, unlimitedWork)).toEqual({ truncated: false });
          const { rows, expected } = target.compared(whole);
          expect(rows).toEqual(expected);
        },
      ),
      { numRuns: 200, seed: 20_261_123 },
    );
  });
});
