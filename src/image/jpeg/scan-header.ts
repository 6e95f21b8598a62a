import { foldedFactors } from './folding.ts';
import { type Component, type Frame, notYet } from './frame.ts';
import { jpegProblem } from './markers.ts';
import type { Scan } from './scan.ts';
import type { Tables } from './tables.ts';

/** Blocks in an MCU of several components (B.2.3). */
const maxMcuBlocks = 10;

/**
 * Reads a scan header (ITU-T T.81, B.2.3), and gives its components the tables that are in force.
 *
 * @param data behind the length field
 * @throws AppError `image-decode-failed` where it contradicts itself, the frame or the tables
 */
export function readScanHeader(data: Uint8Array, frame: Frame, tables: Tables): Scan {
  const [count] = data;
  if (data.length !== 4 + 2 * count || count < 1 || count > 4) {
    throw jpegProblem('The length of a scan header of this JPEG contradicts its contents.');
  }
  const components = Array.from({ length: count }, (_, i) => {
    const id = data[1 + 2 * i];
    const component = frame.components.find((each) => each.id === id);
    if (component === undefined) {
      throw jpegProblem('A scan of this JPEG names a component that the frame does not have.');
    }
    return component;
  });
  if (new Set(components).size !== count) {
    throw jpegProblem('A scan of this JPEG names a component twice.');
  }
  const mcuBlocks = components.reduce((sum, each) => sum + each.horizontal * each.vertical, 0);
  if (count > 1 && mcuBlocks > maxMcuBlocks) {
    throw jpegProblem('A scan of this JPEG interleaves more blocks than JPEGs do.');
  }
  const { restartInterval } = tables;
  const [spectralStart, spectralEnd, approximation] = data.subarray(1 + 2 * count);
  const highBit = approximation >> 4;
  const lowBit = approximation & 15;
  const { progressive } = frame.header;
  const needsDc = !progressive || (spectralStart === 0 && highBit === 0);
  const needsAc = !progressive || spectralStart > 0;
  for (const [i, component] of components.entries()) {
    const ids = data[2 + 2 * i];
    component.dcTable = needsDc ? tables.dc(ids >> 4) : undefined;
    component.acTable = needsAc ? tables.ac(ids & 15) : undefined;
    useQuantization(component, frame, tables);
  }
  if (!progressive) {
    return {
      components,
      spectralStart: 0,
      spectralEnd: 63,
      refines: false,
      lowBit: 0,
      highBit: notYet,
      restartInterval,
      isDamaged: spectralStart !== 0 || spectralEnd !== 63 || approximation !== 0,
    };
  }
  const isDc = spectralStart === 0;
  const isBand = isDc ? spectralEnd === 0 : spectralEnd >= spectralStart && spectralEnd < 64;
  const refines = highBit > 0;
  // Table G.1: a band of AC coefficients comes in scans of one component, and a refinement brings one bit.
  if (!isBand || (!isDc && count > 1) || lowBit > 13 || (refines && highBit !== lowBit + 1)) {
    throw jpegProblem('A scan of this JPEG has parameters that progressive coding does not have.');
  }
  return {
    components,
    spectralStart,
    spectralEnd,
    refines,
    lowBit,
    highBit: refines ? highBit : notYet,
    restartInterval,
    isDamaged: false,
  };
}

/** Gives a component the quantisation table that is in force at its first scan. */
function useQuantization(component: Component, frame: Frame, tables: Tables): void {
  if (component.factors.length > 0) return;
  const { quantization } = frame.header.components[frame.components.indexOf(component)];
  const table = tables.quantization(quantization);
  if (table === undefined) {
    throw jpegProblem('A scan of this JPEG uses a table that the file does not have.');
  }
  component.factors = foldedFactors(table, component.side);
}
