import type { CodedBits } from './coded-bits.ts';
import type { Component, Frame } from './frame.ts';
import { endOfBlockRun, extend, lookupBits, valueFollows } from './huffman.ts';
import { jpegProblem } from './markers.ts';

/** What a scan header says (ITU-T T.81, B.2.3). */
export interface Scan {
  readonly components: readonly Component[];
  /** First and last coefficient in zigzag order; 0 and 63 in sequential frames. */
  readonly spectralStart: number;
  readonly spectralEnd: number;
  /** Successive approximation: whether the scan refines, and the bit that it brings. */
  readonly refines: boolean;
  readonly lowBit: number;
  /** The lowest bit that scans before this one have to have brought; -1 for none of them. */
  readonly highBit: number;
  /** MCUs between restart markers, 0 for none. */
  readonly restartInterval: number;
  /** Whether the header of a sequential frame's scan says what only progressive ones have. */
  readonly isDamaged: boolean;
}

/** Units that restart intervals are counted in: MCUs, or the blocks of a component alone. */
function unitsOf({ components }: Scan, { mcusAcross, mcusDown }: Frame): number {
  const [first] = components;
  return components.length === 1 ? first.blocksAcross * first.blocksDown : mcusAcross * mcusDown;
}

/** Restart markers that a scan has. */
export function restartsOf(scan: Scan, frame: Frame): number {
  return scan.restartInterval === 0 ? 0 : unitsOf(scan, frame) / scan.restartInterval;
}

/** Blocks that a scan has: one component alone has only those that hold some of the picture (A.2.2). */
export function blocksOf({ components }: Scan, { mcusAcross, mcusDown }: Frame): number {
  const [first] = components;
  if (components.length === 1) return first.blocksAcross * first.blocksDown;
  const perMcu = components.reduce((sum, each) => sum + each.horizontal * each.vertical, 0);
  return mcusAcross * mcusDown * perMcu;
}

export function missingTable(): Error {
  return jpegProblem('A scan of this JPEG uses a table that the file does not have.');
}

/** Adds the next difference to the component's prediction (F.2.2.1); one without a code counts as 0. */
export function decodeDc(bits: CodedBits, component: Component): void {
  const { dcTable } = component;
  if (dcTable === undefined) throw missingTable();
  const { position } = bits;
  const next = bits.view.getUint32(position >>> 3) << (position & 7);
  const step = dcTable.steps[next >>> (32 - lookupBits)];
  // A difference of 0 looks like the end of a block of AC coefficients.
  const run = (step >> 8) & 0xff;
  if (step !== 0 && (step & valueFollows) === 0 && (run === 0 || run === endOfBlockRun)) {
    bits.position = position + (step & 0x7f);
    component.prediction += step >> 16;
    return;
  }
  const size = bits.readSymbol(dcTable);
  if (size > 0) component.prediction += extend(bits.readBits(size), size);
}

/**
 * Goes through a scan's units interval by interval: MCUs, or the blocks of a component alone. Where
 * data is missing, the rest of its interval is passed over (E.2.4), and the bits are marked as damaged.
 *
 * @param units how many there are in all
 * @param decode decodes units from the first up to but without the second, or to where the data ends;
 *   whether more are wanted
 */
export function decodeIntervals(
  bits: CodedBits,
  { components, restartInterval }: Scan,
  units: number,
  decode: (start: number, end: number) => boolean,
): void {
  const interval = restartInterval || units;
  for (const component of components) component.scannedBlocks = 0;
  for (let start = 0, number = -1; start < units; start += interval, number++) {
    const next = start === 0 ? 'open' : bits.openInterval(number & 7);
    if (next === 'ended') break;
    if (next === 'missing') continue;
    for (const component of components) component.prediction = 0;
    const isWanted = decode(start, Math.min(start + interval, units));
    bits.isDamaged ||= bits.isExhausted;
    if (!isWanted) break;
  }
  for (const component of components) {
    const { scannedBlocks, blocksAcross, blocksPerRow, decodedRows } = component;
    const rows = scannedBlocks / (components.length === 1 ? blocksAcross : blocksPerRow);
    component.decodedRows = Math.max(decodedRows, rows);
  }
}
