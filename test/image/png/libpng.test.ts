/** The decoder beside libpng, by way of sharp, on files whose data is damaged. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { pngCodec } from '../../../src/image/png/codec.ts';
import { decodeStored } from '../decoded.ts';
import { drawPicture, onWhite } from './pictures.ts';
import {
  chunk,
  dataChunks,
  filteredRows,
  headerChunk,
  joinBytes,
  layouts,
  signature,
  uint32,
  writePng,
} from './writer.ts';

/** Whether libpng takes a file for whole. */
async function isReadByLibpng(bytes: Uint8Array): Promise<boolean> {
  try {
    await sharp(bytes).raw().toBuffer();
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

const rgb = drawPicture({ colorType: 2, bitDepth: 8 }, 24, 20);
const indexed = drawPicture({ colorType: 3, bitDepth: 8 }, 24, 20);
const stream = deflateSync(filteredRows(rgb), { level: 0 });
const end = chunk('IEND');

/** A file with this between its header and its end. */
function fileOf(...chunks: Uint8Array[]): Uint8Array {
  return joinBytes(signature, headerChunk(rgb), ...chunks, end);
}

/** With one byte changed, counted from the end where it is negative. */
function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at] ^= 0x10;
  return copy;
}

const comment = chunk('tEXt', [65, 0, 66]);
const [firstData, lastData] = [stream.subarray(0, 700), stream.subarray(700)];

describe('a picture that is all there is read, and by libpng, too', () => {
  test.for<[string, Uint8Array]>([
    ['without an end', fileOf(dataChunks(stream)).subarray(0, -12)],
    ['with a wrong checksum of a comment', fileOf(changed(comment, -1), dataChunks(stream))],
    ['with garbage behind its data', fileOf(dataChunks(stream), Uint8Array.of(1, 2, 3, 4, 5))],
    ['with comments around its data', fileOf(comment, dataChunks(stream), comment)],
    ['with empty chunks of data', fileOf(dataChunks(stream, [0, 0, 300, 300]))],
    ['with the same physical size twice', writePng(rgb, { before: twice('pHYs', 9) })],
  ])('%s', async ([, bytes]) => {
    expect(decodeStored(pngCodec, bytes)).toMatchObject({
      truncated: false,
      pixels: onWhite(rgb).pixels,
    });
    expect(await isReadByLibpng(bytes)).toBe(true);
  });
});

function twice(type: string, bytes: number): Uint8Array[] {
  const one = chunk(type, new Uint8Array(bytes));
  return [one, one];
}

describe('a damaged file is flagged where libpng complains', () => {
  test.for<[string, Uint8Array]>([
    ['with a changed pixel', fileOf(dataChunks(changed(stream, 500)))],
    ['with a changed checksum of its stream', fileOf(dataChunks(changed(stream, -1)))],
    ['without the checksum of its stream', fileOf(dataChunks(stream.subarray(0, -4)))],
    ['with a comment between its data', fileOf(...around(comment))],
    ['without its last two bytes of data', fileOf(dataChunks(stream)).subarray(0, -12 - 4 - 2)],
    ['without the checksum of its last data', fileOf(dataChunks(stream)).subarray(0, -12 - 4)],
    ['with a wrong checksum of its header', changed(fileOf(dataChunks(stream)), 32)],
    ['with a longer last chunk than there is', longerThanFile()],
    ['with a wrong checksum of its palette', changed(writePng(indexed), paletteEnd() - 1)],
    ['with a second palette', writePng(indexed, { before: [chunk('PLTE', [1, 2, 3])] })],
    [
      'with a filter that does not exist',
      writePng(rgb, { filterOf: (row) => (row === 2 ? 9 : 0) }),
    ],
  ])('%s', async ([, bytes]) => {
    expect(decodeStored(pngCodec, bytes).truncated).toBe(true);
    expect(await isReadByLibpng(bytes)).toBe(false);
  });

  const files = [false, true].flatMap((interlaced) =>
    layouts.map((layout) => ({
      name: `type ${layout.colorType}, ${layout.bitDepth} bits, interlaced: ${interlaced}`,
      interlaced,
      picture: drawPicture(layout, 21, 17),
    })),
  );

  test.for(files)('in its compressed data: $name', async ({ picture, interlaced }) => {
    const data = deflateSync(filteredRows(picture, { interlaced }));
    const changes = fc.array(fc.tuple(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 2,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const deflate = (rows: Uint8Array): Uint8Array => {
          const damaged = deflateSync(rows);
          for (const [at, value] of list) damaged[at] ^= value;
          return damaged;
        };
        // The chunks' checksums are those of the damaged data, as if a program had written them.
        const bytes = writePng(picture, { interlaced, deflate });
        if (isRead(bytes)) expect(await isReadByLibpng(bytes)).toBe(true);
      }),
      { numRuns: 60, seed: 20_261_130 },
    );
  });
});

function isRead(bytes: Uint8Array): boolean {
  try {
    return !decodeStored(pngCodec, bytes).truncated;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** Data on both sides of something. */
function around(chunkBetween: Uint8Array): Uint8Array[] {
  return [dataChunks(firstData), chunkBetween, dataChunks(lastData)];
}

/** The last chunk of data says that it goes on behind the file's end. */
function longerThanFile(): Uint8Array {
  const bytes = fileOf(dataChunks(stream));
  bytes.set(uint32(2 ** 20), 8 + 25);
  return bytes;
}

/** Where the palette's chunk ends. */
function paletteEnd(): number {
  return 8 + 25 + 12 + (indexed.palette?.length ?? 0);
}
