/**
 * Decodes the entropy-coded data of scans: sequential (ITU-T T.81, F.2) right
 * into samples, progressive (G.2) into coefficients.
 *
 * The whole state is one bit position. Each step loads 32 bits from there and
 * looks up what the first of them mean.
 */
import type { EntropyCoded } from './entropy-coded.ts';
import { dropped, foldedBits, foldings, zigzag } from './folding.ts';
import type { Component, Frame } from './frame.ts';
import {
  endOfBlockRun,
  endsBlock,
  extend,
  type HuffmanTable,
  lookupBits,
  valueFollows,
} from './huffman.ts';
import { type BlockSide, flatSample, type InverseDct, inverseDcts } from './idct.ts';
import { jpegProblem } from './markers.ts';

/**
 * By block side and place in zigzag order: row-major place among the lowest
 * side x side coefficients, which is all that is kept of progressive frames.
 */
const lowPlaces = Object.fromEntries(
  ([1, 2, 4, 8] as const).map((side) => [
    side,
    zigzag.map((natural) => {
      const [row, column] = [natural >> 3, natural & 7];
      return row < side && column < side ? row * side + column : dropped;
    }),
  ]),
) as Record<BlockSide, Uint8Array>;

/** What a scan header says (B.2.3). */
export interface Scan {
  readonly components: readonly Component[];
  /** First and last coefficient in zigzag order; 0 and 63 in sequential frames. */
  readonly spectralStart: number;
  readonly spectralEnd: number;
  /** Successive approximation: whether the scan refines, and the bit that it brings. */
  readonly refines: boolean;
  readonly lowBit: number;
}

/** Decodes the scans of one frame, one after another. */
export class ScanDecoder {
  readonly #frame: Frame;
  /** One block, dequantised; the last element takes what is not kept. */
  readonly #block = new Int32Array(dropped + 1);
  #view: DataView = new DataView(new ArrayBuffer(8));
  /** In bits. */
  #position = 0;
  #end = 0;
  /** Blocks that are known to have no more coefficients in this scan (G.1.2.2). */
  #endOfBandRun = 0;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  /**
   * @param restartInterval MCUs, 0 for none
   * @returns whether all of the scan was there and made sense
   */
  decode(scan: Scan, data: EntropyCoded, restartInterval: number): boolean {
    const [first] = scan.components;
    const alone = scan.components.length === 1;
    const units = alone
      ? first.blocksAcross * first.blocksDown
      : this.#frame.mcusAcross * this.#frame.mcusDown;
    const interval = restartInterval || units;
    this.#view = data.view;
    let whole = true;
    for (let start = 0, i = 0; start < units; start += interval, i++) {
      if (i >= data.starts.length) return false;
      this.#position = data.starts[i] * 8;
      this.#end = data.ends[i] * 8;
      this.#endOfBandRun = 0;
      for (const component of scan.components) component.prediction = 0;
      const end = Math.min(start + interval, units);
      const decoded = alone
        ? this.#decodeBlocks(scan, first, start, end)
        : this.#decodeMcus(scan, start, end);
      whole &&= decoded;
    }
    return whole;
  }

  /** Interleaved: whole MCUs (A.2.3). */
  #decodeMcus(scan: Scan, start: number, end: number): boolean {
    const { mcusAcross } = this.#frame;
    for (let mcu = start; mcu < end; mcu++) {
      const row = (mcu / mcusAcross) | 0;
      const column = mcu - row * mcusAcross;
      for (const component of scan.components) {
        const { horizontal, vertical } = component;
        for (let y = 0; y < vertical; y++) {
          for (let x = 0; x < horizontal; x++) {
            const decoded = this.#decodeBlock(
              scan,
              component,
              row * vertical + y,
              column * horizontal + x,
            );
            if (!decoded) return false;
          }
        }
      }
    }
    return true;
  }

  /** One component alone: only blocks that hold some of the picture (A.2.2). */
  #decodeBlocks(scan: Scan, component: Component, start: number, end: number): boolean {
    const { blocksAcross } = component;
    const skipsRuns = this.#frame.header.progressive && scan.spectralStart > 0 && !scan.refines;
    for (let unit = start; unit < end; unit++) {
      if (skipsRuns && this.#endOfBandRun > 0) {
        const skipped = Math.min(this.#endOfBandRun, end - unit);
        this.#endOfBandRun -= skipped;
        unit += skipped - 1;
        continue;
      }
      const row = (unit / blocksAcross) | 0;
      if (!this.#decodeBlock(scan, component, row, unit - row * blocksAcross)) return false;
    }
    return true;
  }

  #decodeBlock(scan: Scan, component: Component, row: number, column: number): boolean {
    if (!this.#frame.header.progressive) {
      const { side, stride } = component;
      const at = row * side * stride + column * side;
      if (!this.#decodeSequential(component, at) || this.#position > this.#end) return false;
      component.decodedBlocks += 1;
      return true;
    }
    const block = row * component.blocksPerRow + column;
    if (scan.spectralStart > 0) {
      const decoded = scan.refines
        ? this.#refineAc(scan, component, block)
        : this.#decodeAc(scan, component, block);
      return decoded && this.#position <= this.#end;
    }
    const at = block * component.side ** 2;
    if (scan.refines) {
      component.coefficients[at] |= this.#readBits(1) << scan.lowBit;
    } else {
      if (!this.#decodeDc(component)) return false;
      component.coefficients[at] = component.prediction << scan.lowBit;
    }
    if (this.#position > this.#end) return false;
    if (!scan.refines) component.decodedBlocks += 1;
    return true;
  }

  /** @param count 0..16 */
  #readBits(count: number): number {
    if (count === 0) return 0;
    const bits = this.#view.getUint32(this.#position >>> 3) << (this.#position & 7);
    this.#position += count;
    return bits >>> (32 - count);
  }

  /** @returns the next symbol, or -1 where there is no such code */
  #readSymbol(table: HuffmanTable): number {
    const bits = this.#view.getUint32(this.#position >>> 3) << (this.#position & 7);
    const known = table.symbols[bits >>> (32 - lookupBits)];
    if (known !== 0) {
      this.#position += known & 0xff;
      return known >> 8;
    }
    const code = bits >>> 16;
    for (let length = lookupBits + 1; length <= 16; length++) {
      if (code < table.limits[length]) {
        this.#position += length;
        return table.values[(code >> (16 - length)) + table.offsets[length]];
      }
    }
    return -1;
  }

  /** Adds the difference to the component's prediction (F.2.2.1). */
  #decodeDc(component: Component): boolean {
    const { dcTable } = component;
    if (dcTable === undefined) throw missingTable();
    const size = this.#readSymbol(dcTable);
    if (size < 0 || size > 15) return false;
    if (size > 0) component.prediction += extend(this.#readBits(size), size);
    return true;
  }

  /** A block of a sequential frame (F.2.2), right into the component's samples at `at`. */
  #decodeSequential(component: Component, at: number): boolean {
    if (!this.#decodeDc(component)) return false;
    const { acTable, factors, side, samples, stride } = component;
    if (acTable === undefined) throw missingTable();
    const block = this.#block;
    const { places, last } = foldings[side];
    const { steps } = acTable;
    const view = this.#view;
    let position = this.#position;
    let k = 1;
    let hasAc = false;
    while (k <= last) {
      const bits = view.getUint32(position >>> 3) << (position & 7);
      const step = steps[bits >>> (32 - lookupBits)];
      let run = (step >> 8) & 0xff;
      let value: number;
      if (step !== 0 && (step & valueFollows) === 0) {
        position += step & 0x7f;
        value = step >> 16;
      } else {
        let size: number;
        if (step !== 0) {
          position += step & 0x7f;
          size = step >> 16;
        } else {
          this.#position = position;
          const symbol = this.#readSymbol(acTable);
          if (symbol < 0) return false;
          position = this.#position;
          size = symbol & 15;
          run = symbol === 0 ? endOfBlockRun : symbol >> 4;
        }
        if (size === 0) {
          value = 0;
        } else {
          const more = view.getUint32(position >>> 3) << (position & 7);
          position += size;
          value = extend(more >>> (32 - size), size);
        }
      }
      k += run;
      if (k > 63) {
        if (run === endOfBlockRun) break;
        return false;
      }
      block[places[k]] += value * factors[k];
      hasAc = true;
      k += 1;
    }
    this.#position = position;
    // A run from the kept coefficients may have gone past the last of them.
    if (k <= 63 && k > last && !this.#skipAc(acTable, k)) return false;

    const dc = component.prediction * factors[0];
    if (!hasAc) {
      fillBlock(samples, at, stride, side, flatSample(dc >> foldedBits[side]));
      return true;
    }
    block[0] += dc;
    const inverse: InverseDct = inverseDcts[side];
    inverse(block, samples, at, stride);
    block.fill(0, 0, side * side);
    return true;
  }

  /** Passes over the rest of a block's coefficients from `k` on, several at a time. */
  #skipAc(table: HuffmanTable, from: number): boolean {
    const { skips } = table;
    const view = this.#view;
    let position = this.#position;
    let k = from;
    while (k <= 63) {
      const bits = view.getUint32(position >>> 3) << (position & 7);
      const skip = skips[bits >>> (32 - lookupBits)];
      const covered = (skip >> 4) & 0xff;
      // What follows the 64th coefficient belongs to the next block.
      if (skip !== 0 && k + covered <= 63) {
        position += skip & 15;
        if ((skip & endsBlock) !== 0) {
          this.#position = position;
          return true;
        }
        k += covered;
        continue;
      }
      this.#position = position;
      const symbol = this.#readSymbol(table);
      if (symbol < 0) return false;
      if (symbol === 0) return true;
      position = this.#position + (symbol & 15);
      k += (symbol >> 4) + 1;
    }
    this.#position = position;
    return k === 64;
  }

  /** The first scan of a band of coefficients (G.1.2.2). */
  #decodeAc(scan: Scan, component: Component, block: number): boolean {
    if (this.#endOfBandRun > 0) {
      this.#endOfBandRun -= 1;
      return true;
    }
    const { acTable } = component;
    if (acTable === undefined) throw missingTable();
    for (let k = scan.spectralStart; k <= scan.spectralEnd; k++) {
      const symbol = this.#readSymbol(acTable);
      if (symbol < 0) return false;
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size === 0) {
        if (run < 15) {
          this.#endOfBandRun = (1 << run) - 1 + this.#readBits(run);
          return true;
        }
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) return false;
      const value = extend(this.#readBits(size), size);
      store(component, block, k, value << scan.lowBit);
    }
    return true;
  }

  /** A later scan, which brings one more bit of a band (G.1.2.3). */
  #refineAc(scan: Scan, component: Component, block: number): boolean {
    const { acTable } = component;
    if (acTable === undefined) throw missingTable();
    const bit = 1 << scan.lowBit;
    let k = scan.spectralStart;
    if (this.#endOfBandRun === 0) {
      for (; k <= scan.spectralEnd; k++) {
        const symbol = this.#readSymbol(acTable);
        if (symbol < 0) return false;
        let run = symbol >> 4;
        let value = 0;
        if ((symbol & 15) === 0) {
          if (run < 15) {
            this.#endOfBandRun = (1 << run) + this.#readBits(run);
            break;
          }
        } else {
          value = this.#readBits(1) === 1 ? bit : -bit;
        }
        // Passes over `run` coefficients that are zero, and refines those between that aren't.
        for (; k <= scan.spectralEnd; k++) {
          if (isNonZero(component, block, k)) this.#refine(component, block, k, bit);
          else if (run-- === 0) break;
        }
        if (value !== 0) {
          if (k > scan.spectralEnd) return false;
          store(component, block, k, value);
        }
        if (this.#position > this.#end) return false;
      }
    }
    if (this.#endOfBandRun > 0) {
      // A few bytes can say so of very many blocks, which must cost next to nothing.
      if (mayHaveNonZero(component, block)) {
        for (; k <= scan.spectralEnd; k++) {
          if (isNonZero(component, block, k)) this.#refine(component, block, k, bit);
        }
      }
      this.#endOfBandRun -= 1;
    }
    return true;
  }

  /** Reads one more bit of a coefficient that is not zero. */
  #refine(component: Component, block: number, k: number, bit: number): void {
    if (this.#readBits(1) === 0) return;
    const { side, coefficients } = component;
    const place = lowPlaces[side][k];
    if (place === dropped) return;
    const at = block * side * side + place;
    const value = coefficients[at];
    coefficients[at] = value < 0 ? value - bit : value + bit;
  }

  /** Turns the coefficients of a progressive frame into samples, once all scans are read. */
  reconstruct(): void {
    for (const component of this.#frame.components) this.#reconstructComponent(component);
  }

  #reconstructComponent(component: Component): void {
    const { side, coefficients, samples, stride, blocksPerRow } = component;
    const area = side * side;
    const factors = new Int32Array(area);
    for (const [k, place] of lowPlaces[side].entries()) {
      if (place !== dropped) factors[place] = component.factors[k];
    }
    const block = this.#block;
    const inverse = inverseDcts[side];
    for (let row = 0; row < component.blocksDown; row++) {
      for (let column = 0; column < component.blocksAcross; column++) {
        const from = (row * blocksPerRow + column) * area;
        let ac = 0;
        for (let i = 0; i < area; i++) {
          const value = coefficients[from + i];
          block[i] = value * factors[i];
          if (i > 0) ac |= value;
        }
        const at = row * side * stride + column * side;
        if (ac === 0)
          fillBlock(samples, at, stride, side, flatSample(block[0] >> foldedBits[side]));
        else inverse(block, samples, at, stride);
      }
    }
    block.fill(0);
  }
}

function missingTable(): Error {
  return jpegProblem('A scan of this JPEG uses a table that the file does not have.');
}

function fillBlock(
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
  side: BlockSide,
  value: number,
): void {
  for (let y = 0; y < side; y++) {
    const row = at + y * stride;
    for (let x = 0; x < side; x++) samples[row + x] = value;
  }
}

function store(component: Component, block: number, k: number, value: number): void {
  const { side, coefficients, nonZero } = component;
  const place = lowPlaces[side][k];
  if (place !== dropped) coefficients[block * side * side + place] = value;
  if (nonZero.length > 0) nonZero[block * 2 + (k >> 5)] |= 1 << (k & 31);
}

/** False only where no coefficient of the block, kept or not, is other than zero. */
function mayHaveNonZero({ nonZero }: Component, block: number): boolean {
  return nonZero.length === 0 || (nonZero[block * 2] | nonZero[block * 2 + 1]) !== 0;
}

function isNonZero(component: Component, block: number, k: number): boolean {
  const { side, coefficients, nonZero } = component;
  if (nonZero.length > 0) return ((nonZero[block * 2 + (k >> 5)] >>> (k & 31)) & 1) === 1;
  return coefficients[block * side * side + lowPlaces[side][k]] !== 0;
}
