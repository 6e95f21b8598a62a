/**
 * Decodes the scans of progressive frames (ITU-T T.81, G.2) into coefficients,
 * and these into samples once all are there.
 */
import type { CodedBits } from './coded-bits.ts';
import { dropped, foldedBits, zigzag } from './folding.ts';
import type { Component, Frame } from './frame.ts';
import { extend } from './huffman.ts';
import { type BlockSide, fillBlock, flatSample, inverseDcts } from './idct.ts';
import type { RowWriter } from './row-writer.ts';
import { decodeDc, decodeIntervals, missingTable, type Scan } from './scan.ts';

/**
 * By block side and place in zigzag order: row-major place among the lowest
 * side x side coefficients, which is all that is kept.
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

/** Decodes the scans of one frame, one after another. */
export class ProgressiveDecoder {
  readonly #frame: Frame;
  readonly #bits: CodedBits;
  /** Blocks that are known to have no more coefficients in this scan (G.1.2.2). */
  #endOfBandRun = 0;

  constructor(frame: Frame, bits: CodedBits) {
    this.#frame = frame;
    this.#bits = bits;
  }

  /** @returns whether all of the scan was there and made sense */
  decode(scan: Scan): boolean {
    const { components } = scan;
    const [first] = components;
    const alone = components.length === 1;
    const { mcusAcross, mcusDown } = this.#frame;
    const units = alone ? first.blocksAcross * first.blocksDown : mcusAcross * mcusDown;
    return decodeIntervals(this.#bits, scan, units, (start, end) => {
      this.#endOfBandRun = 0;
      if (!alone) return this.#decodeMcus(scan, start, end);
      if (scan.spectralStart === 0) return this.#decodeDcBlocks(scan, first, start, end);
      return scan.refines
        ? this.#refineAcBlocks(scan, first, start, end)
        : this.#decodeAcBlocks(scan, first, start, end);
    });
  }

  /** Interleaved, which only DC coefficients may be (G.1.1.1.1). */
  #decodeMcus(scan: Scan, start: number, end: number): boolean {
    const { mcusAcross } = this.#frame;
    for (let mcu = start; mcu < end; mcu++) {
      const row = Math.floor(mcu / mcusAcross);
      const column = mcu - row * mcusAcross;
      for (const component of scan.components) {
        const { horizontal, vertical, blocksPerRow } = component;
        for (let y = 0; y < vertical; y++) {
          const block = (row * vertical + y) * blocksPerRow + column * horizontal;
          for (let x = 0; x < horizontal; x++) {
            if (!this.#decodeDcBlock(scan, component, block + x)) return false;
          }
        }
      }
    }
    return true;
  }

  #decodeDcBlocks(scan: Scan, component: Component, start: number, end: number): boolean {
    for (let unit = start; unit < end; unit++) {
      if (!this.#decodeDcBlock(scan, component, blockOf(component, unit))) return false;
    }
    return true;
  }

  #decodeDcBlock({ refines, lowBit }: Scan, component: Component, block: number): boolean {
    const bits = this.#bits;
    bits.ensureBlock();
    const at = block * component.side ** 2;
    if (refines) {
      component.coefficients[at] |= bits.readBits(1) << lowBit;
      return !bits.isExhausted;
    }
    if (!decodeDc(bits, component)) return false;
    component.coefficients[at] = component.prediction << lowBit;
    if (bits.isExhausted) return false;
    component.decodedBlocks += 1;
    return true;
  }

  /** The first scan of a band of coefficients (G.1.2.2). */
  #decodeAcBlocks(scan: Scan, component: Component, start: number, end: number): boolean {
    const bits = this.#bits;
    for (let unit = start; unit < end; unit++) {
      if (this.#endOfBandRun > 0) {
        const skipped = Math.min(this.#endOfBandRun, end - unit);
        this.#endOfBandRun -= skipped;
        unit += skipped - 1;
        continue;
      }
      bits.ensureBlock();
      if (!this.#decodeAc(scan, component, blockOf(component, unit)) || bits.isExhausted) {
        return false;
      }
    }
    return true;
  }

  #decodeAc(scan: Scan, component: Component, block: number): boolean {
    const { acTable } = component;
    if (acTable === undefined) throw missingTable();
    const bits = this.#bits;
    for (let k = scan.spectralStart; k <= scan.spectralEnd; k++) {
      const symbol = bits.readSymbol(acTable);
      if (symbol < 0) return false;
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size === 0) {
        if (run < 15) {
          this.#endOfBandRun = (1 << run) - 1 + bits.readBits(run);
          return true;
        }
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) return false;
      const value = extend(bits.readBits(size), size);
      store(component, block, k, value << scan.lowBit);
    }
    return true;
  }

  /** A later scan, which brings one more bit of a band (G.1.2.3). */
  #refineAcBlocks(scan: Scan, component: Component, start: number, end: number): boolean {
    const bits = this.#bits;
    const bit = 1 << scan.lowBit;
    for (let unit = start; unit < end; unit++) {
      const block = blockOf(component, unit);
      // A few bytes can say of very many blocks that nothing is new, which must cost next to nothing.
      if (this.#endOfBandRun > 0 && !mayHaveNonZero(component, block)) {
        this.#endOfBandRun -= 1;
        continue;
      }
      bits.ensureBlock();
      if (!this.#refineAc(scan, component, block, bit) || bits.isExhausted) return false;
    }
    return true;
  }

  #refineAc(scan: Scan, component: Component, block: number, bit: number): boolean {
    const { acTable } = component;
    if (acTable === undefined) throw missingTable();
    const bits = this.#bits;
    let k = scan.spectralStart;
    if (this.#endOfBandRun === 0) {
      for (; k <= scan.spectralEnd; k++) {
        const symbol = bits.readSymbol(acTable);
        if (symbol < 0) return false;
        let run = symbol >> 4;
        let value = 0;
        if ((symbol & 15) === 0) {
          if (run < 15) {
            this.#endOfBandRun = (1 << run) + bits.readBits(run);
            break;
          }
        } else {
          value = bits.readBits(1) === 1 ? bit : -bit;
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
        if (bits.isExhausted) return false;
      }
    }
    if (this.#endOfBandRun > 0) {
      for (; k <= scan.spectralEnd; k++) {
        if (isNonZero(component, block, k)) this.#refine(component, block, k, bit);
      }
      this.#endOfBandRun -= 1;
    }
    return true;
  }

  /** Reads one more bit of a coefficient that is not zero. */
  #refine(component: Component, block: number, k: number, bit: number): void {
    if (this.#bits.readBits(1) === 0) return;
    const { side, coefficients } = component;
    const place = lowPlaces[side][k];
    if (place === dropped) return;
    const at = block * side * side + place;
    const value = coefficients[at];
    coefficients[at] = value < 0 ? value - bit : value + bit;
  }

  /** Turns the coefficients into samples, and sends them on. */
  write(writer: RowWriter): void {
    const { components, mcusDown } = this.#frame;
    const reconstructions = components.map((component) => new Reconstruction(component));
    const { firstRow, endRow, firstColumn, endColumn } = writer.wantedMcus;
    for (let row = firstRow; row < endRow; row++) {
      writer.writeUpTo(row);
      for (const each of reconstructions) each.reconstructMcus(row, firstColumn, endColumn);
    }
    writer.writeUpTo(mcusDown);
  }
}

/** From the coefficients of one component to its samples. */
class Reconstruction {
  readonly #component: Component;
  /** Row-major, as the coefficients are. */
  readonly #factors: Int32Array;
  readonly #block: Int32Array;

  constructor(component: Component) {
    const { side, factors } = component;
    this.#component = component;
    this.#factors = new Int32Array(side * side);
    this.#block = new Int32Array(side * side);
    for (const [k, place] of lowPlaces[side].entries()) {
      if (place !== dropped) this.#factors[place] = factors[k];
    }
  }

  /** A part of a row of MCUs. */
  reconstructMcus(mcuRow: number, firstMcu: number, endMcu: number): void {
    const { horizontal, vertical, blocksAcross, blocksDown } = this.#component;
    const endColumn = Math.min(endMcu * horizontal, blocksAcross);
    for (let y = 0; y < vertical; y++) {
      const row = mcuRow * vertical + y;
      if (row >= blocksDown) break;
      for (let column = firstMcu * horizontal; column < endColumn; column++) {
        this.#reconstructBlock(row, column);
      }
    }
  }

  #reconstructBlock(row: number, column: number): void {
    const { side, coefficients, samples, stride, bandHeight, blocksPerRow } = this.#component;
    const block = this.#block;
    const factors = this.#factors;
    const area = side * side;
    const from = (row * blocksPerRow + column) * area;
    let ac = 0;
    for (let i = 0; i < area; i++) {
      const value = coefficients[from + i];
      block[i] = value * factors[i];
      if (i > 0) ac |= value;
    }
    const at = ((row * side) % bandHeight) * stride + column * side;
    if (ac === 0) fillBlock(samples, at, stride, side, flatSample(block[0] >> foldedBits[side]));
    else inverseDcts[side](block, samples, at, stride);
  }
}

/** Number of a block that is counted among those that hold some of the picture (A.2.2). */
function blockOf({ blocksAcross, blocksPerRow }: Component, unit: number): number {
  if (blocksAcross === blocksPerRow) return unit;
  const row = Math.floor(unit / blocksAcross);
  return row * blocksPerRow + (unit - row * blocksAcross);
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
