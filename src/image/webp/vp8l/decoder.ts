/**
 * Decodes lossless pictures (RFC 9649, section 3 and 4), row by row: beside the
 * last pixels that copies reach, only what is smaller than the picture is kept.
 */
import type { Work } from '../../work-budget.ts';
import { addPixels } from './argb.ts';
import type { BitReader } from './bit-reader.ts';
import { blocksIn, maxBlocksIn, readBlockGrid } from './blocks.ts';
import { damagedHead } from './code-lengths.ts';
import { openMainPicture, readSmallPicture } from './coded-picture.ts';
import type { CodedPixels, PixelSource } from './coded-pixels.ts';
import { PixelHistory } from './pixel-history.ts';
import { groupsMemoryBytes } from './prefix-code-groups.ts';
import {
  ColorIndexingTransform,
  CrossColorTransform,
  PredictorTransform,
  SubtractGreenTransform,
  type Transform,
} from './transforms.ts';

/** Kinds of transforms (4). */
const transformKind = { predictor: 0, crossColor: 1, subtractGreen: 2, colorIndexing: 3 } as const;

/** Colours that an index of 8 bits can choose. */
const maxColors = 256;

/** What is made to read a small picture: its codes, colour cache and row; of all of them. */
const smallPicturesBytes = 1 << 18;

/**
 * The most memory that decoding takes, in bytes.
 *
 * @param dataBytes that the picture has in the file
 * @param width of the picture in pixels
 */
export function losslessMemoryBytes(dataBytes: number, width: number, height: number): number {
  const blocks = maxBlocksIn(width, height);
  // Modes, factors and groups, if each of the smallest blocks has its own.
  const blockBytes = (1 + 4 + 2) * blocks;
  // The row, the one above, and the one that was painted.
  const rowBytes = 3 * 4 * (width + 1);
  const codeBytes = groupsMemoryBytes(dataBytes, blocks);
  const historyBytes = PixelHistory.memoryBytes(width * height);
  return historyBytes + blockBytes + rowBytes + codeBytes + smallPicturesBytes;
}

export class LosslessDecoder {
  /** The pixels of the row that was decoded last, ARGB. */
  readonly row: Int32Array;
  /** Whether all rows are like the first one, which is enough to read then. */
  readonly repeatsFirstRow: boolean;
  readonly #pixels: CodedPixels;
  readonly #work: Work;
  /** In the order in which they are undone. */
  readonly #transforms: readonly Transform[];

  /**
   * @param reader behind the sides of the picture
   * @throws AppError `image-decode-failed` where what stands in front of the pixels can't be read,
   *   `too-much-work`
   */
  constructor(reader: BitReader, width: number, height: number, work: Work) {
    const source = { reader, history: new PixelHistory(width * height), work };
    const { transforms, codedWidth } = readTransforms(source, width, height);
    this.row = new Int32Array(width);
    this.#transforms = transforms;
    this.#pixels = openMainPicture(source, codedWidth, height);
    this.repeatsFirstRow =
      this.#pixels.hasOneColor && transforms.every(({ isSameForRows }) => isSameForRows);
    this.#work = work;
  }

  /** @returns false where the data ends before the next row does, or is damaged */
  readRow(): boolean {
    if (!this.#pixels.readRow(this.row)) return false;
    for (const transform of this.#transforms) this.#work.charge(transform.undo(this.row));
    return true;
  }
}

/** @returns transforms in the order in which they are undone, and the width that is left */
function readTransforms(
  source: PixelSource,
  width: number,
  height: number,
): { transforms: Transform[]; codedWidth: number } {
  const { reader } = source;
  const transforms: Transform[] = [];
  let codedWidth = width;
  let seen = 0;
  while (reader.readBits(1) === 1) {
    const kind = reader.readBits(2);
    if ((seen & (1 << kind)) !== 0) throw damagedHead();
    seen |= 1 << kind;
    if (kind === transformKind.predictor) {
      transforms.unshift(readPredictor(source, codedWidth, height));
    } else if (kind === transformKind.crossColor) {
      transforms.unshift(readCrossColor(source, codedWidth, height));
    } else if (kind === transformKind.subtractGreen) {
      transforms.unshift(new SubtractGreenTransform(codedWidth));
    } else {
      const { palette, bundleBits } = readPalette(source);
      transforms.unshift(new ColorIndexingTransform(codedWidth, palette, bundleBits));
      codedWidth = blocksIn(codedWidth, bundleBits);
    }
  }
  return { transforms, codedWidth };
}

function readPredictor(source: PixelSource, width: number, height: number): Transform {
  const { bits, across, down } = readBlockGrid(source.reader, width, height);
  const values = new Uint8Array(across * down);
  readSmallPicture(source, across, down, (row, y) => {
    // The mode is in what of green counts.
    for (let x = 0; x < across; x++) values[y * across + x] = (row[x] >> 8) & 15;
  });
  return new PredictorTransform(width, { bits, across, values });
}

function readCrossColor(source: PixelSource, width: number, height: number): Transform {
  const { bits, across, down } = readBlockGrid(source.reader, width, height);
  const values = new Int32Array(across * down);
  readSmallPicture(source, across, down, (row, y) => values.set(row, y * across));
  return new CrossColorTransform(width, { bits, across, values });
}

/** Colours are stored as differences from the one before (4.4). */
function readPalette(source: PixelSource): { palette: Int32Array; bundleBits: number } {
  const colors = 1 + source.reader.readBits(8);
  const palette = new Int32Array(maxColors);
  readSmallPicture(source, colors, 1, (row) => palette.set(row));
  for (let i = 1; i < colors; i++) palette[i] = addPixels(palette[i], palette[i - 1]);
  const bundleBits = colors <= 2 ? 3 : colors <= 4 ? 2 : colors <= 16 ? 1 : 0;
  return { palette, bundleBits };
}
