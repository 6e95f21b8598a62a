import { encode } from 'jpeg-js';
import { decodePhoto, openPhoto } from '../image/decode-image.ts';
import { ReducedPicture } from '../image/reduced-picture.ts';
import type { RgbImage } from '../image/rgb-image.ts';
import { cliLimits } from './photo-task.ts';

/** 0..100; what is lost can't be seen at a thumbnail's size. */
const quality = 82;

/** A small picture of a photo, as a file within a page. */
export interface Thumbnail {
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** A JPEG file as a data URL. */
  readonly url: string;
}

/**
 * Makes a small picture of a photo, decoded as the network's input is.
 *
 * @param bytes of the photo's file
 * @param maxSide in pixels
 * @throws AppError as decodePhoto does
 */
export function makeThumbnail(bytes: Uint8Array, maxSide: number): Thumbnail {
  const photo = openPhoto(bytes);
  const target = new ReducedPicture(photo.stored, maxSide);
  decodePhoto(photo, target, cliLimits);
  const { width, height } = target.image;
  const { data } = encode({ width, height, data: withAlpha(target.image) }, quality);
  return { width, height, url: `data:image/jpeg;base64,${data.toString('base64')}` };
}

/** RGBA, which is what jpeg-js takes; it ignores the fourth. */
function withAlpha({ width, height, pixels }: RgbImage): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgba.set(pixels.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
  }
  return rgba;
}
