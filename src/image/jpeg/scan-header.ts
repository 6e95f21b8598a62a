import { foldedFactors } from './folding.ts';
import type { Component, Frame } from './frame.ts';
import { jpegProblem } from './markers.ts';
import type { Scan } from './scan.ts';
import type { Tables } from './tables.ts';

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
  const { restartInterval } = tables;
  const [spectralStart, spectralEnd, approximation] = data.subarray(1 + 2 * count);
  if (!frame.header.progressive) {
    return {
      components,
      spectralStart: 0,
      spectralEnd: 63,
      refines: false,
      lowBit: 0,
      restartInterval,
    };
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
    restartInterval,
  };
}

function useTables(component: Component, frame: Frame, tables: Tables, ids: number): void {
  component.dcTable = tables.dc(ids >> 4);
  component.acTable = tables.ac(ids & 15);
  const { quantization } = frame.header.components[frame.components.indexOf(component)];
  if (component.factors.length > 0) return;
  const table = tables.quantization(quantization);
  if (table === undefined) {
    throw jpegProblem('A scan of this JPEG uses a table that the file does not have.');
  }
  component.factors = foldedFactors(table, component.side);
}
