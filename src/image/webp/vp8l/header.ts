/** Reads the header of a lossless picture (RFC 9649, 3.4). */
import { webpProblem } from '../problem.ts';

/** Bytes in front of the picture's data. */
export const losslessHeaderBytes = 5;

const signature = 0x2f;

/** Of a picture, in pixels. */
interface Sides {
  readonly width: number;
  readonly height: number;
}

/**
 * @param data of a `VP8L` chunk, as much of it as there is
 * @returns why its header can't be read, as a sentence; undefined where it can
 */
export function losslessHeaderProblem(data: Uint8Array): string | undefined {
  if (data.length < losslessHeaderBytes) return 'This WebP ends in its header.';
  if (data[0] !== signature) {
    return 'This WebP says that its picture is lossless, but the signature is missing.';
  }
  return data[4] >> 5 === 0 ? undefined : 'This WebP is of a version that does not exist.';
}

/**
 * @param data of a `VP8L` chunk, as much of it as there is
 * @throws AppError `image-decode-failed`
 */
export function readLosslessHeader(data: Uint8Array): Sides {
  const problem = losslessHeaderProblem(data);
  if (problem !== undefined) throw webpProblem(problem);
  const bits = data[1] | (data[2] << 8) | (data[3] << 16) | (data[4] << 24);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
