/**
 * A JPEG decoder that decodes only as far as needed: the picture at 1/1, 1/2,
 * 1/4 or 1/8, from the coefficients that the scale needs, row by row. Written
 * from ITU-T T.81; sequential and progressive frames of 8 bits with Huffman coding.
 */
import type { PictureTarget } from '../picture-target.ts';
import type { Work } from '../work-budget.ts';
import { CodedBits } from './coded-bits.ts';
import { type ColorHints, colorSpaceOf } from './color.ts';
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
 * Work for each byte of the file by the scale, at which more or fewer coefficients are passed
 * over; for each scan, which may bring eight tables; for each of its restart markers; and for
 * each block that a scan of a progressive frame visits.
 */
const byteUnits: Readonly<Record<Denominator, number>> = { 1: 80, 2: 50, 4: 30, 8: 8 };
const scanUnits = 200e3;
const restartUnits = 1000;
const visitUnits = 25;

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
  work.charge(byteUnits[plan.denominator] * bytes.length);
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
  const scans = new Scans(bytes, frame, work);
  try {
    const whole = header.progressive
      ? decodeProgressive(scans, frame, createWriter, work)
      : decodeSequential(scans, frame, createWriter, { bytes, work });
    return { truncated: !whole };
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
): boolean {
  const decoder = new ProgressiveDecoder(frame, scans.bits);
  let whole = true;
  for (let scan = scans.next(); scan !== undefined; scan = scans.next()) {
    // A scale of 1/8 is the DC coefficients alone; other scans are passed over.
    if (scan.spectralStart > 0 && scan.components[0].side === 1) continue;
    work.charge(visitUnits * blocksOf(scan, frame));
    const decoded = decoder.decode(scan);
    whole &&= decoded;
  }
  requireHalf(frame, 1);
  decoder.write(createWriter(scans.colorHints), work);
  return whole;
}

function decodeSequential(
  scans: Scans,
  frame: Frame,
  createWriter: WriterFactory,
  { bytes, work }: { readonly bytes: Uint8Array; readonly work: Work },
): boolean {
  let scan = scans.next();
  const writer = createWriter(scans.colorHints);
  // The rest needn't be decoded, unless it may be missing, which has to be said.
  const mayStop = endsWithEoi(bytes);
  const decoder = new SequentialDecoder(frame, scans.bits, writer, { mayStop, work });
  let whole = true;
  for (; scan !== undefined; scan = frame.isBanded ? undefined : scans.next()) {
    const decoded = decoder.decode(scan);
    whole &&= decoded;
  }
  requireHalf(frame, decoder.openedShare);
  if (!frame.isBanded) writer.writeUpTo(frame.mcusDown);
  return whole;
}

/** @param share of the picture that was looked at */
function requireHalf({ components }: Frame, share: number): void {
  for (const { decodedBlocks, blocksAcross, blocksDown } of components) {
    if (decodedBlocks < minDecodedShare * share * blocksAcross * blocksDown) {
      throw jpegProblem(
        'Less than half of the picture of this JPEG is there: it is cut short or damaged. Send the whole file, or save it again.',
      );
    }
  }
}

/** Whether the file's end is there. */
function endsWithEoi(bytes: Uint8Array): boolean {
  let at = bytes.length;
  do at = bytes.lastIndexOf(marker.eoi, at - 1);
  while (at > 0 && bytes[at - 1] !== 0xff);
  // The last one of a file that is cut short may be that of a thumbnail in its metadata.
  return at > bytes.length / 2;
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
  readonly #work: Work;
  #adobeTransform: number | undefined;
  #isJfif = false;

  constructor(bytes: Uint8Array, frame: Frame, work: Work) {
    this.bits = new CodedBits(bytes);
    this.#work = work;
    this.#bytes = bytes;
    this.#frame = frame;
  }

  /** What the segments so far say. */
  get colorHints(): ColorHints {
    return { adobeTransform: this.#adobeTransform, isJfif: this.#isJfif };
  }

  /** @returns undefined behind the last one */
  next(): Scan | undefined {
    const tables = this.#tables;
    for (;;) {
      // Of a scan that was read, the data is passed over.
      const segment = nextSegment(this.#bytes, this.#at);
      if (segment === undefined || segment.code === marker.eoi) return undefined;
      const { code, data } = segment;
      this.#at = segment.end;
      if (code === marker.dqt) tables.readQuantization(data);
      else if (code === marker.dht) tables.readHuffman(data);
      else if (code === marker.dri) tables.restartInterval = (data[0] << 8) | data[1];
      else if (code === marker.app0 && startsWithText(data, 'JFIF')) this.#isJfif = true;
      else if (code === marker.app14 && startsWithText(data, 'Adobe')) {
        this.#adobeTransform = data[11];
      } else if (isFrameMarker(code)) {
        this.#frames += 1;
        if (this.#frames > 1) throw jpegProblem('This JPEG holds more than one frame.');
      } else if (code === marker.sos) {
        this.#work.charge(scanUnits);
        this.bits.openScan(this.#at);
        const scan = readScanHeader(data, this.#frame, tables);
        this.#work.charge(restartUnits * restartsOf(scan, this.#frame));
        return scan;
      }
    }
  }
}

function startsWithText(data: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => data[i] === character.charCodeAt(0));
}
