/** How much of a damaged file's picture a decoder shows. */

/** Samples of 8 bits, row by row, `channels` a pixel. */
export interface RawPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: Uint8Array;
}

/** Of each row of a picture, whether all of its pixels are the same. */
export interface FlatRows {
  readonly width: number;
  readonly isFlat: readonly boolean[];
}

export function flatRowsOf({ width, height, channels, samples }: RawPicture): FlatRows {
  const stride = width * channels;
  const isFlat = Array.from({ length: height }, (_, y) => {
    const row = samples.subarray(y * stride, (y + 1) * stride);
    return row.every((sample, i) => i < channels || sample === row[i - channels]);
  });
  return { width, isFlat };
}

/**
 * The share of a picture's rows that hold data, 0 to 1.
 *
 * Decoders fill rows of which they have no data with one colour: libjpeg with mid-gray, libpng with
 * zeros. So a row holds data where its pixels are not all the same. Rows that are flat in the
 * undamaged picture tell nothing, and aren't counted, as long as the sides are still the same;
 * where none is left to be counted, as in a picture one pixel wide, what is shown counts as all of it.
 * Whether the data is right is not asked: damage may change all that follows it, and is shown nevertheless.
 *
 * @param original of the undamaged picture; undefined where that can't be decoded
 */
export function shownShare(picture: RawPicture, original: FlatRows | undefined): number {
  const { width, isFlat } = flatRowsOf(picture);
  const sameSides =
    original !== undefined && original.width === width && original.isFlat.length === isFlat.length;
  const telling = sameSides ? isFlat.filter((_, y) => !original.isFlat[y]) : isFlat;
  if (telling.length === 0) return 1;
  return telling.filter((flat) => !flat).length / telling.length;
}
