/**
 * A JPEG decoder that decodes only as far as needed: the picture at 1/1, 1/2,
 * 1/4 or 1/8, from the coefficients that the scale needs. Written from ITU-T
 * T.81; sequential and progressive frames of 8 bits with Huffman coding.
 */
import type { PictureTarget } from '../picture-target.ts';
import { type ColorHints, colorSpaceOf, writeRows } from './color.ts';
import { EntropyCodedReader } from './entropy-coded.ts';
import { foldedFactors } from './folding.ts';
import { type Component, createFrame, type Denominator, type Frame } from './frame.ts';
import { isFrameMarker, readJpegHeader } from './header.ts';
import { buildHuffmanTable, type HuffmanTable } from './huffman.ts';
import { jpegProblem, marker, nextSegment } from './markers.ts';
import { type Scan, ScanDecoder } from './scan.ts';

export type { Denominator } from './frame.ts';

/** A picture of which less was decoded is refused. */
const minDecodedShare = 0.5;

/**
 * @param bytes the whole file; read only
 * @returns whether some of the file's data was missing or damaged
 * @throws AppError `image-decode-failed` where the file is not a JPEG of a
 *   supported kind, is damaged beyond reading, or holds less than half of its picture
 */
export function decodeJpeg(
  bytes: Uint8Array,
  denominator: Denominator,
  target: PictureTarget,
): { truncated: boolean } {
  const frame = createFrame(readJpegHeader(bytes), denominator);
  const { colorHints, whole } = decodeScans(bytes, frame);
  for (const { decodedBlocks, blocksAcross, blocksDown } of frame.components) {
    if (decodedBlocks < minDecodedShare * blocksAcross * blocksDown) {
      throw jpegProblem(
        'Less than half of the picture of this JPEG is there: it is cut short or damaged. Send the whole file, or save it again.',
      );
    }
  }
  const { width, height } = frame;
  const reduction = { across: denominator, down: denominator };
  writeRows(frame, colorSpaceOf(frame, colorHints), target.open({ width, height, reduction }));
  return { truncated: !whole };
}

/** What segments between scans set, for the scans after them (B.2.4). */
class Tables {
  readonly quantization: (Uint16Array | undefined)[] = [];
  readonly dc: (HuffmanTable | undefined)[] = [];
  readonly ac: (HuffmanTable | undefined)[] = [];
  /** MCUs, 0 for none. */
  restartInterval = 0;

  /** DQT: tables of 64 values in zigzag order, of 8 or 16 bits (B.2.4.1). */
  readQuantization(data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const bytesPerValue = data[at] >> 4 === 0 ? 1 : 2;
      const id = data[at] & 15;
      const values = data.subarray(at + 1, at + 1 + 64 * bytesPerValue);
      if (values.length < 64 * bytesPerValue || id > 3) {
        throw jpegProblem('A quantisation table of this JPEG is cut short.');
      }
      this.quantization[id] = Uint16Array.from({ length: 64 }, (_, i) =>
        bytesPerValue === 1 ? values[i] : (values[2 * i] << 8) | values[2 * i + 1],
      );
      at += 1 + values.length;
    }
  }

  /** DHT: the counts of codes by length, then the symbols (B.2.4.2). */
  readHuffman(data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const id = data[at] & 15;
      const counts = data.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const values = data.subarray(at + 17, at + 17 + total);
      if (counts.length < 16 || values.length < total || id > 3) {
        throw jpegProblem('A Huffman table of this JPEG is cut short.');
      }
      const tables = data[at] >> 4 === 0 ? this.dc : this.ac;
      tables[id] = buildHuffmanTable(counts, values);
      at += 17 + total;
    }
  }
}

/** Reads all segments from the beginning, and decodes each scan as it comes. */
function decodeScans(bytes: Uint8Array, frame: Frame): { colorHints: ColorHints; whole: boolean } {
  const tables = new Tables();
  const decoder = new ScanDecoder(frame);
  let reader: EntropyCodedReader | undefined;
  let adobeTransform: number | undefined;
  let isJfif = false;
  let whole = true;
  let frames = 0;
  for (let at = 2; ; ) {
    const segment = nextSegment(bytes, at);
    if (segment === undefined || segment.code === marker.eoi) break;
    const { code, data } = segment;
    at = segment.end;
    if (code === marker.dqt) tables.readQuantization(data);
    else if (code === marker.dht) tables.readHuffman(data);
    else if (code === marker.dri) tables.restartInterval = (data[0] << 8) | data[1];
    else if (code === marker.app0 && startsWithText(data, 'JFIF')) isJfif = true;
    else if (code === marker.app14 && startsWithText(data, 'Adobe')) adobeTransform = data[11];
    else if (isFrameMarker(code)) {
      frames += 1;
      if (frames > 1) throw jpegProblem('This JPEG holds more than one frame.');
    } else if (code === marker.sos) {
      const scan = readScanHeader(data, frame, tables);
      reader ??= new EntropyCodedReader(bytes, at);
      const coded = reader.read(at);
      at = coded.fileEnd;
      if (isNeeded(scan, frame)) {
        const decoded = decoder.decode(scan, coded, tables.restartInterval);
        whole &&= decoded;
      }
    }
  }
  if (frame.header.progressive) decoder.reconstruct();
  return { colorHints: { adobeTransform, isJfif }, whole };
}

function startsWithText(data: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => data[i] === character.charCodeAt(0));
}

/** A scale of 1/8 is the DC coefficients alone; other scans are passed over. */
function isNeeded(scan: Scan, frame: Frame): boolean {
  return !frame.header.progressive || scan.spectralStart === 0 || scan.components[0].side > 1;
}

/** The scan header (B.2.3), with the tables that are in force. */
function readScanHeader(data: Uint8Array, frame: Frame, tables: Tables): Scan {
  const [count] = data;
  if (data.length !== 4 + 2 * count || count < 1 || count > 4) {
    throw jpegProblem('The length of a scan header of this JPEG contradicts its contents.');
  }
  const components = Array.from({ length: count }, (_, i) => {
    const [id, ids] = data.subarray(1 + 2 * i);
    const component = frame.components.find((each) => each.id === id);
    if (component === undefined) {
      throw jpegProblem('A scan of this JPEG names a component that the frame does not have.');
    }
    useTables(component, frame, tables, ids);
    return component;
  });
  if (new Set(components).size !== count) {
    throw jpegProblem('A scan of this JPEG names a component twice.');
  }
  const [spectralStart, spectralEnd, approximation] = data.subarray(1 + 2 * count);
  if (!frame.header.progressive) {
    return { components, spectralStart: 0, spectralEnd: 63, refines: false, lowBit: 0 };
  }
  const isDc = spectralStart === 0;
  const isBand = isDc ? spectralEnd === 0 : spectralEnd >= spectralStart && spectralEnd < 64;
  // Table G.1: a band of AC coefficients comes in scans of one component.
  if (!isBand || (!isDc && count > 1) || (approximation & 15) > 13) {
    throw jpegProblem('A scan of this JPEG has parameters that progressive coding does not have.');
  }
  return {
    components,
    spectralStart,
    spectralEnd,
    refines: approximation >> 4 > 0,
    lowBit: approximation & 15,
  };
}

function useTables(component: Component, frame: Frame, tables: Tables, ids: number): void {
  component.dcTable = tables.dc[ids >> 4];
  component.acTable = tables.ac[ids & 15];
  const { quantization } = frame.header.components[frame.components.indexOf(component)];
  if (component.factors.length > 0) return;
  const table = tables.quantization[quantization];
  if (table === undefined) {
    throw jpegProblem('A scan of this JPEG uses a table that the file does not have.');
  }
  component.factors = foldedFactors(table, component.side);
}
