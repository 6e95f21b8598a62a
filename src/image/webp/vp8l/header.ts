/** Reads the header of a lossless picture (RFC 9649, 3.4). */
import { webpProblem } from '../problem.ts';

/** Bytes in front of the picture's data. */
export const losslessHeaderBytes = 5;

const signature = 0x2f;

/**
 * @param data of a `VP8L` chunk, as much of it as there is
 * @returns sides in pixels
 * @throws AppError `image-decode-failed`
 */
export function readLosslessHeader(data: Uint8Array): { width: number; height: number } {
  if (data.length < losslessHeaderBytes) throw webpProblem('This WebP ends in its header.');
  if (data[0] !== signature) {
    throw webpProblem('This WebP says that its picture is lossless, but the signature is missing.');
  }
  const bits = data[1] | (data[2] << 8) | (data[3] << 16) | (data[4] << 24);
  if (bits >>> 29 !== 0) throw webpProblem('This WebP is of a version that does not exist.');
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
