import { decodePhoto, openPhoto } from '../image/decode-image.ts';
import { ReducedPicture } from '../image/reduced-picture.ts';
import { encodeJpeg } from './jpeg-file.ts';
import { cliLimits } from './photo-task.ts';

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
export async function makeThumbnail(bytes: Uint8Array, maxSide: number): Promise<Thumbnail> {
  const photo = openPhoto(bytes);
  const target = new ReducedPicture(photo.stored, maxSide);
  decodePhoto(photo, target, cliLimits);
  const { width, height } = target.image;
  const file = await encodeJpeg(target.image);
  return { width, height, url: `data:image/jpeg;base64,${Buffer.from(file).toString('base64')}` };
}
