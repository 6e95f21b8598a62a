/** What becomes of files that may be refused. */
import { expect } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { webpCodec } from '../../../src/image/webp/codec.ts';
import { type DecodedPicture, decodeStored } from '../decoded.ts';

/** The picture, or the code of the refusal; lets anything else through. */
export function attempt(bytes: Uint8Array): DecodedPicture | string {
  try {
    const image = decodeStored(webpCodec, bytes);
    expect(image.pixels).toHaveLength(image.width * image.height * 3);
    return image;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** The sentence of the refusal. */
export function refusal(bytes: Uint8Array): string {
  try {
    decodeStored(webpCodec, bytes);
  } catch (error) {
    if (error instanceof AppError && error.code === 'image-decode-failed') return error.message;
    throw error;
  }
  throw new Error('The file was not refused.');
}
