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
  /** MCUs between restart markers, 0 for none. */
  readonly restartInterval: number;
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

/**
 * Adds the next difference to the component's prediction (F.2.2.1).
 *
 * @returns whether there was a code for it
 */
export function decodeDc(bits: CodedBits, component: Component): boolean {
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
    return true;
  }
  const size = bits.readSymbol(dcTable);
  if (size < 0 || size > 15) return false;
  if (size > 0) component.prediction += extend(bits.readBits(size), size);
  return true;
}

/**
 * Goes through a scan's units interval by interval: MCUs, or the blocks of a
 * component alone. What is missing or damaged is passed over up to the next
 * restart marker (E.2.4).
 *
 * @param units how many there are in all
 * @param decode decodes units from the first up to but without the second; whether that went well
 * @returns whether all of it did
 */
export function decodeIntervals(
  bits: CodedBits,
  { components, restartInterval }: Scan,
  units: number,
  decode: (start: number, end: number) => boolean,
): boolean {
  const interval = restartInterval || units;
  let whole = true;
  for (let start = 0; start < units; start += interval) {
    if (start > 0 && !bits.openInterval()) return false;
    for (const component of components) component.prediction = 0;
    const decoded = decode(start, Math.min(start + interval, units));
    whole &&= decoded;
  }
  return whole;
}
