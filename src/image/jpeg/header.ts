/**
 * Reads what a JPEG file says of itself, up to its frame header (SOF), and
 * decodes nothing. Clauses are those of ITU-T T.81
 * (https://www.w3.org/Graphics/JPEG/itu-t81.pdf).
 */
import type { AppError } from '../../errors.ts';
import { jpegProblem, marker, nextSegment, type Segment } from './markers.ts';

export interface JpegComponent {
  /** The identifier by which scans name it. */
  readonly id: number;
  /** Horizontal and vertical sampling factors, 1..4 (B.2.2). */
  readonly horizontal: number;
  readonly vertical: number;
  /** Which quantisation table, 0..3. */
  readonly quantization: number;
}

export interface JpegHeader {
  /** Pixels as stored, 1..65535. */
  readonly width: number;
  readonly height: number;
  /** 1 (gray), 3 (color) or 4 (CMYK). */
  readonly components: readonly JpegComponent[];
  readonly progressive: boolean;
}

/** Frame types by their marker (table B.1); those that are refused can't be decoded. */
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

/** Whether a marker begins a frame header. */
export function isFrameMarker(code: number): boolean {
  return frameTypes[code] !== undefined;
}

/** Encoders write some tens of segments, and profiles and previews of megabytes take some hundreds. */
const maxSegments = 10_000;

/**
 * Goes through segments, which are read several times and cost more than their bytes.
 *
 * @throws AppError `image-decode-failed` behind very many of them
 */
function* segmentsFrom(bytes: Uint8Array, from: number): Generator<Segment> {
  let at = from;
  for (let count = 0; count < maxSegments; count++) {
    const segment = nextSegment(bytes, at);
    if (segment === undefined) return;
    yield segment;
    at = segment.end;
  }
  throw jpegProblem(
    `This JPEG has more than ${maxSegments} segments before its picture; save it again as an ordinary JPEG.`,
  );
}

/**
 * @param bytes the file, beginning with SOI
 * @throws AppError `image-decode-failed`, where no frame header comes before
 *   the first scan or the end, where it contradicts itself, or where the file
 *   is of a kind that JPEG decoders at large don't read; the sentence names it
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  for (const segment of segmentsFrom(bytes, 2)) {
    if (segment.code === marker.sos || segment.code === marker.eoi) break;
    if (segment.code === marker.dhp) throw refusedKind('hierarchical');
    const type = frameTypes[segment.code];
    if (type !== undefined) {
      if (type.refused) throw refusedKind(type.name);
      const header = readFrame(segment.data, type.progressive ?? false);
      return header.height > 0 ? header : { ...header, height: readLineCount(bytes, segment.end) };
    }
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

/** The frame header behind its length field (B.2.2). A height of 0 means that DNL has it. */
function readFrame(segment: Uint8Array, progressive: boolean): JpegHeader {
  const [precision, heightHigh, heightLow, widthHigh, widthLow, count] = segment;
  if (segment.length < 6 || segment.length !== 6 + 3 * count) {
    throw jpegProblem("The length of this JPEG's frame header contradicts its contents.");
  }
  if (precision !== 8) throw refusedKind(`of ${precision} bits a sample`);
  const width = (widthHigh << 8) | widthLow;
  const height = (heightHigh << 8) | heightLow;
  if (width === 0) throw jpegProblem('This JPEG says that it is 0 pixels wide.');
  if (count !== 1 && count !== 3 && count !== 4) {
    throw jpegProblem(`This JPEG has ${count} color components; 1, 3 or 4 are expected.`);
  }
  const components = Array.from({ length: count }, (_, i) => {
    const [id, sampling, quantization] = segment.subarray(6 + 3 * i);
    return { id, horizontal: sampling >> 4, vertical: sampling & 15, quantization };
  });
  const inRange = (factor: number): boolean => factor >= 1 && factor <= 4;
  if (!components.every(({ horizontal, vertical }) => inRange(horizontal) && inRange(vertical))) {
    throw jpegProblem('This JPEG has a sampling factor outside 1 to 4.');
  }
  return { width, height, components, progressive };
}

/** The height from the DNL segment that has to follow the first scan (B.2.5). */
function readLineCount(bytes: Uint8Array, from: number): number {
  let scans = 0;
  for (const segment of segmentsFrom(bytes, from)) {
    if (scans > 1) break;
    if (segment.code === marker.sos) scans += 1;
    if (segment.code === marker.dnl && segment.data.length === 2) {
      const height = (segment.data[0] << 8) | segment.data[1];
      if (height > 0) return height;
    }
  }
  throw jpegProblem(
    'This JPEG says neither at its beginning nor after its first scan how high it is.',
  );
}

/** Components in the first scan; undefined where there is none. */
export function countFirstScanComponents(bytes: Uint8Array): number | undefined {
  for (const { code, data } of segmentsFrom(bytes, 2)) if (code === marker.sos) return data[0];
  return undefined;
}

/** "Exif" and two zeros, before the data itself (EXIF 2.32, 4.7.2). */
const exifIntroduction = [0x45, 0x78, 0x69, 0x66, 0, 0];

/** @returns the EXIF data of the file, a TIFF file in itself; undefined where there is none */
export function readExif(bytes: Uint8Array): Uint8Array | undefined {
  for (const { code, data } of segmentsFrom(bytes, 2)) {
    if (code === marker.sos) return undefined;
    if (code === marker.app1 && exifIntroduction.every((byte, i) => data[i] === byte)) {
      return data.subarray(exifIntroduction.length);
    }
  }
  return undefined;
}
