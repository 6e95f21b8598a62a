/** How much of a damaged file's picture a decoder shows. */

/** Samples of 8 bits, row by row, `channels` a pixel. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: Uint8Array;
}

/** Of each row of a picture, how many pixels at its end are all the same; 0 where the last two aren't. */
export interface RowEnds {
  readonly width: number;
  readonly lengths: readonly number[];
}

export function rowEndsOf({ width, height, channels, samples }: RawPicture): RowEnds {
  const stride = width * channels;
  const lengths = Array.from({ length: height }, (_, y) => {
    const row = samples.subarray(y * stride, (y + 1) * stride);
    const lastOther = row.findLastIndex(
      (sample, i) => sample !== row[stride - channels + (i % channels)],
    );
    const length = width - 1 - Math.floor(lastOther / channels);
    return length === 1 && width > 1 ? 0 : length;
  });
  return { width, lengths };
}

/**
 * The share of a picture's pixels that hold data, 0 to 1.
 *
 * Decoders go through a picture from the top left to the bottom right, and fill what they have no
 * data of with one colour: libjpeg with mid-gray, libpng with zeros. So the pixels at the end of a
 * row that are all the same hold none. Those that are the same in the undamaged picture, too, tell
 * nothing, and aren't counted as long as the sides are still the same; where no pixel is left to be
 * counted, as in a picture one pixel wide, what is shown counts as all of it. Whether the data is
 * right is not asked: damage may change all that follows it, and is shown nevertheless.
 *
 * @param original of the undamaged picture; undefined where that can't be decoded
 */
export function shownShare(picture: RawPicture, original: RowEnds | undefined): number {
  const { width, lengths } = rowEndsOf(picture);
  const isComparable = original?.width === width && original.lengths.length === lengths.length;
  let telling = 0;
  let shown = 0;
  for (const [y, length] of lengths.entries()) {
    const inOriginal = isComparable ? original.lengths[y] : 0;
    telling += width - inOriginal;
    shown += width - Math.max(length, inOriginal);
  }
  return telling === 0 ? 1 : shown / telling;
}
