/**
 * A JPEG decoder that decodes only as far as needed: the picture at 1/1, 1/2,
 * 1/4 or 1/8, from the coefficients that the scale needs, row by row. Written
 * from ITU-T T.81; sequential and progressive frames of 8 bits with Huffman coding.
 */
import type { PictureTarget } from '../picture-target.ts';
import type { Work } from '../work-budget.ts';
import { CodedBits } from './coded-bits.ts';
import { type ColorHints, colorSpaceOf, isKnownTransform } from './color.ts';
import {
  createFrame,
  type Denominator,
  type Frame,
  type FramePlan,
  releaseFrame,
} from './frame.ts';
import { isFrameMarker, type JpegHeader } from './header.ts';
import { jpegProblem, marker, nextSegment } from './markers.ts';
import { ProgressiveDecoder } from './progressive.ts';
import { RowWriter } from './row-writer.ts';
import { blocksOf, restartsOf, type Scan } from './scan.ts';
import { readScanHeader } from './scan-header.ts';
import { SequentialDecoder } from './sequential.ts';
import { Tables } from './tables.ts';

/** A picture of which less was decoded is refused. */
const minDecodedShare = 0.5;

/**
 * Work for each byte of a scan by the scale, at which more or fewer coefficients are passed
 * over; for each segment, and each byte of those with tables; for each scan, which may bring eight tables; for each of its restart
 * markers; and for each block that a scan of a progressive frame visits.
 */
const byteUnits: Readonly<Record<Denominator, number>> = { 1: 60, 2: 40, 4: 20, 8: 8 };
const segmentUnits = 200;
const tableByteUnits = 15;
const scanUnits = 200e3;
const restartUnits = 1000;
const visitUnits = 30;

/**
 * @param bytes the whole file; read only
 * @returns whether some of the file's data was missing or damaged
 * @throws AppError `image-decode-failed` where the file is damaged beyond reading, or holds less
 *   than half of its picture; `too-much-work`
 */
export function decodeJpeg(
  bytes: Uint8Array,
  header: JpegHeader,
  plan: FramePlan,
  target: PictureTarget,
  work: Work,
): { truncated: boolean } {
  const frame = createFrame(header, plan);
  const { width, height } = frame;
  const reduction = { across: plan.denominator, down: plan.denominator };
  const createWriter = (hints: ColorHints): RowWriter =>
    new RowWriter(
      frame,
      colorSpaceOf(frame, hints),
      target.open({ width, height, reduction }),
      work,
    );
  const scans = new Scans(bytes, frame, work, byteUnits[plan.denominator]);
  try {
    if (header.progressive) decodeProgressive(scans, frame, createWriter, work);
    else decodeSequential(scans, frame, createWriter, work);
    return { truncated: scans.isDamaged };
  } finally {
    releaseFrame(frame);
  }
}

type WriterFactory = (hints: ColorHints) => RowWriter;

function decodeProgressive(
  scans: Scans,
  frame: Frame,
  createWriter: WriterFactory,
  work: Work,
): void {
  const decoder = new ProgressiveDecoder(frame, scans.bits);
  for (let scan = scans.next(); scan !== undefined; scan = scans.next()) {
    // A scale of 1/8 is the DC coefficients alone; other scans are passed over.
    if (scan.spectralStart > 0 && scan.components[0].side === 1) {
      scans.bits.skipScan();
      continue;
    }
    work.charge(visitUnits * blocksOf(scan, frame));
    decoder.decode(scan);
  }
  requireHalf(frame, 1);
  scans.isDamaged ||= !isComplete(frame);
  decoder.write(createWriter(scans.colorHints), work);
}

function decodeSequential(
  scans: Scans,
  frame: Frame,
  createWriter: WriterFactory,
  work: Work,
): void {
  let scan = scans.next();
  const writer = createWriter(scans.colorHints);
  // The rest needn't be decoded, unless it may be missing, which has to be said.
  const { hasEnd } = scans;
  const decoder = new SequentialDecoder(frame, scans.bits, writer, { mayStop: hasEnd, work });
  for (; scan !== undefined; scan = frame.isBanded ? undefined : scans.next()) {
    decoder.decode(scan);
  }
  requireHalf(frame, decoder.openedShare);
  if (frame.isBanded) {
    scans.isDamaged ||= !hasEnd;
  } else {
    scans.isDamaged ||= !isComplete(frame);
    writer.writeUpTo(frame.mcusDown);
  }
}

/**
 * The component counts of which most is there: where another is missing throughout, it still shows something.
 *
 * @param share of the picture that was looked at
 * @throws AppError `image-decode-failed` where less than half of that was decoded
 */
function requireHalf({ components }: Frame, share: number): void {
  const isEnough = components.some(
    ({ decodedRows, side, height }) => decodedRows * side >= minDecodedShare * share * height,
  );
  if (isEnough) return;
  throw jpegProblem(
    'Less than half of the picture of this JPEG is there: it is cut short or damaged. Send the whole file, or save it again.',
  );
}

/** Whether one scan or another went through all of each component. */
function isComplete({ components }: Frame): boolean {
  return components.every(({ decodedRows, blocksDown }) => decodedRows >= blocksDown);
}

/** Reads a file's segments from the beginning, and stops at each scan. */
class Scans {
  /** At the data of the scan. */
  readonly bits: CodedBits;
  readonly #bytes: Uint8Array;
  readonly #frame: Frame;
  readonly #tables = new Tables();
  #at = 2;
  #frames = 0;
  #isInScan = false;
  readonly #work: Work;
  #adobeTransform: number | undefined;
  #isJfif = false;
  #isDamaged = false;

  constructor(bytes: Uint8Array, frame: Frame, work: Work, byteUnits: number) {
    this.bits = new CodedBits(bytes, work, byteUnits);
    this.#work = work;
    this.#bytes = bytes;
    this.#frame = frame;
  }

  /** What the segments so far say. */
  get colorHints(): ColorHints {
    return { adobeTransform: this.#adobeTransform, isJfif: this.#isJfif };
  }

  /** Whether anything so far was missing or made no sense: of the segments, of the scans' data, or to a caller. */
  get isDamaged(): boolean {
    return this.#isDamaged || this.bits.isDamaged;
  }

  set isDamaged(isDamaged: boolean) {
    this.#isDamaged = isDamaged;
  }

  /** Whether an EOI marker follows the header of the scan that was read, wherever. */
  get hasEnd(): boolean {
    const bytes = this.#bytes;
    let at = bytes.length - 1;
    while (at > this.#at && !(bytes[at] === marker.eoi && bytes[at - 1] === 0xff)) at -= 1;
    return at > this.#at;
  }

  /** @returns undefined behind the last one */
  next(): Scan | undefined {
    const tables = this.#tables;
    if (this.#isInScan) this.#at = this.bits.finish();
    for (;;) {
      this.#work.charge(segmentUnits);
      const segment = nextSegment(this.#bytes, this.#at);
      this.#isDamaged ||= segment?.isDamaged ?? true;
      if (segment === undefined || segment.code === marker.eoi) return undefined;
      const { code, data } = segment;
      this.#at = segment.end;
      if (code === marker.dqt || code === marker.dht) {
        this.#work.charge(tableByteUnits * data.length);
      }
      if (code === marker.dqt) tables.readQuantization(data);
      else if (code === marker.dht) tables.readHuffman(data);
      else if (code === marker.dri) {
        this.#isDamaged ||= data.length !== 2;
        tables.restartInterval = (data[0] << 8) | data[1];
      } else if (code === marker.app0 && startsWithText(data, 'JFIF')) {
        this.#isJfif = true;
        // There are JFIF 1.x, and 2.x to libjpeg.
        this.#isDamaged ||= data[5] !== 1 && data[5] !== 2;
      } else if (code === marker.app14 && startsWithText(data, 'Adobe') && data.length >= 12) {
        this.#adobeTransform = data[11];
        this.#isDamaged ||= !isKnownTransform(data[11], this.#frame.components.length);
      } else if (isFrameMarker(code)) {
        this.#frames += 1;
        if (this.#frames > 1) throw jpegProblem('This JPEG holds more than one frame.');
      } else if (code === marker.sos) {
        this.#work.charge(scanUnits);
        this.#isInScan = true;
        this.bits.openScan(this.#at);
        const scan = readScanHeader(data, this.#frame, tables);
        this.#isDamaged ||= scan.isDamaged;
        this.#work.charge(restartUnits * restartsOf(scan, this.#frame));
        return scan;
      }
    }
  }
}

function startsWithText(data: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => data[i] === character.charCodeAt(0));
}
