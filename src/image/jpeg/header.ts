/**
 * Reads what a JPEG file says of itself, up to its frame header (SOF), and
 * decodes nothing. Clauses are those of ITU-T T.81
 * (https://www.w3.org/Graphics/JPEG/itu-t81.pdf).
 */
import { AppError } from '../../errors.ts';

export interface JpegComponent {
  /** Horizontal and vertical sampling factors, 1..4 (B.2.2). */
  readonly horizontal: number;
  readonly vertical: number;
}

export interface JpegHeader {
  /** Pixels as stored, 1..65535. */
  readonly width: number;
  readonly height: number;
  /** 1 (gray), 3 (color) or 4 (CMYK). */
  readonly components: readonly JpegComponent[];
  readonly progressive: boolean;
}

/** Frame types by their marker (table B.1); those with a reason can't be decoded. */
const frameTypes: Record<number, { name: string; refused: boolean; progressive?: true }> = {
  192: { name: 'baseline', refused: false },
  193: { name: 'extended sequential', refused: false },
  194: { name: 'progressive', refused: false, progressive: true },
  195: { name: 'lossless', refused: true },
  197: { name: 'hierarchical (differential sequential)', refused: true },
  198: { name: 'hierarchical (differential progressive)', refused: true },
  199: { name: 'hierarchical (differential lossless)', refused: true },
  201: { name: 'arithmetic-coded sequential', refused: true },
  202: { name: 'arithmetic-coded progressive', refused: true },
  203: { name: 'arithmetic-coded lossless', refused: true },
  205: { name: 'arithmetic-coded hierarchical', refused: true },
  206: { name: 'arithmetic-coded hierarchical', refused: true },
  207: { name: 'arithmetic-coded hierarchical', refused: true },
};

const marker = { tem: 0x01, rst0: 0xd0, eoi: 0xd9, sos: 0xda, dhp: 0xde } as const;

export function jpegProblem(why: string, cause?: unknown): AppError {
  return new AppError('image-decode-failed', why, { facts: { format: 'jpeg' }, cause });
}

/**
 * @param bytes the file, beginning with SOI
 * @throws AppError `image-decode-failed`, where no frame header comes before
 *   the first scan or the end, where it contradicts itself, or where the file
 *   is of a kind that JPEG decoders at large don't read; the sentence names it
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 4 <= bytes.length) {
    // Any marker may be preceded by fill bytes (B.1.1.2); bytes between
    // segments that belong to none are skipped, as other decoders do.
    if (bytes[at] !== 0xff || bytes[at + 1] === 0xff || bytes[at + 1] === 0) {
      at += 1;
      continue;
    }
    const code = bytes[at + 1];
    // TEM, RSTn, SOI and EOI stand alone (B.1.1.3).
    if (code === marker.tem || (code >= marker.rst0 && code < marker.eoi)) {
      at += 2;
      continue;
    }
    if (code === marker.sos || code === marker.eoi) break;
    if (code === marker.dhp) throw refusedKind('hierarchical');
    const segmentBytes = view.getUint16(at + 2);
    if (segmentBytes < 2) throw jpegProblem('A segment of this JPEG has an impossible length.');
    const frameType = frameTypes[code];
    if (frameType !== undefined) {
      if (frameType.refused) throw refusedKind(frameType.name);
      if (at + 2 + segmentBytes > bytes.length) break;
      const segment = bytes.subarray(at + 4, at + 2 + segmentBytes);
      return readFrame(segment, frameType.progressive ?? false);
    }
    at += 2 + segmentBytes;
  }
  throw jpegProblem(
    'This JPEG holds no picture: the file ends, or its first scan begins, before a frame header. It may be cut short; send the whole file.',
  );
}

function refusedKind(name: string): AppError {
  return jpegProblem(
    `This JPEG is ${name}, which few programs read; save it as an ordinary (baseline or progressive) JPEG.`,
  );
}

/** The frame header behind its length field (B.2.2). */
function readFrame(segment: Uint8Array, progressive: boolean): JpegHeader {
  const [precision, heightHigh, heightLow, widthHigh, widthLow, count] = segment;
  if (segment.length < 6 || segment.length !== 6 + 3 * count) {
    throw jpegProblem("The length of this JPEG's frame header contradicts its contents.");
  }
  if (precision !== 8) throw refusedKind(`of ${precision} bits a sample`);
  const width = (widthHigh << 8) | widthLow;
  const height = (heightHigh << 8) | heightLow;
  if (height === 0) throw refusedKind('one that tells its height only at its end (DNL)');
  if (width === 0) throw jpegProblem('This JPEG says that it is 0 pixels wide.');
  if (count !== 1 && count !== 3 && count !== 4) {
    throw jpegProblem(`This JPEG has ${count} color components; 1, 3 or 4 are expected.`);
  }
  const components = Array.from({ length: count }, (_, i) => {
    const sampling = segment[7 + 3 * i];
    return { horizontal: sampling >> 4, vertical: sampling & 15 };
  });
  const inRange = (factor: number): boolean => factor >= 1 && factor <= 4;
  if (!components.every(({ horizontal, vertical }) => inRange(horizontal) && inRange(vertical))) {
    throw jpegProblem('This JPEG has a sampling factor outside 1 to 4.');
  }
  return { width, height, components, progressive };
}

/**
 * Counts start-of-scan markers, as an upper bound of the scans: the metadata
 * may hold some of its own, and entropy-coded data never does (B.1.1.5).
 */
export function countScans(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === marker.sos) count += 1;
  }
  return count;
}
