import type { ImageCodec } from '../../src/image/codec.ts';
import { openPhoto } from '../../src/image/decode-image.ts';
import { turnUpright } from '../../src/image/orientation.ts';
import { Picture } from '../../src/image/picture.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';
import { unlimitedWork } from '../../src/image/work-budget.ts';

/** A whole picture, perhaps reduced, and whether some of it was missing. */
export interface DecodedPicture extends RgbImage {
  readonly truncated: boolean;
}

/** Decodes a file with one codec, as it is stored; no limits are checked. */
export function decodeStored(
  codec: ImageCodec,
  bytes: Uint8Array,
  maxReduction = 1,
): DecodedPicture {
  const picture = new Picture(maxReduction);
  const { truncated } = codec.open(bytes).decode(picture, unlimitedWork);
  return { ...picture.image, truncated };
}

/** Decodes a file of any format at its full size, and turns it upright; no limits are checked. */
export function decodeUpright(bytes: Uint8Array): DecodedPicture {
  const { stored } = openPhoto(bytes);
  const picture = new Picture();
  const { truncated } = stored.decode(picture, unlimitedWork);
  return { ...turnUpright(picture.image, stored.orientation), truncated };
}
