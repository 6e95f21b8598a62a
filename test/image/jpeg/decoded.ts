import { jpegCodec } from '../../../src/image/jpeg/codec.ts';
import type { Denominator } from '../../../src/image/jpeg/frame.ts';
import { type DecodedPicture, decodeStored } from '../decoded.ts';

/** The whole picture of a JPEG at a scale, as it is stored. */
export function decodeJpeg(bytes: Uint8Array, denominator: Denominator): DecodedPicture {
  return decodeStored(jpegCodec, bytes, denominator);
}
