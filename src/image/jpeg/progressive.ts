/**
 * Decodes the scans of progressive frames (ITU-T T.81, G.2) into coefficients,
 * and these into samples once all are there.
 */
import type { Work } from '../work-budget.ts';
import { blockUnits } from './block-work.ts';
import type { CodedBits } from './coded-bits.ts';
import { dropped, foldedBits, foldings, zigzag } from './folding.ts';
import { type Component, type Frame, notYet } from './frame.ts';
import { extend } from './huffman.ts';
import { fillBlock, flatSample, inverseDcts } from './idct.ts';
import type { RowWriter } from './row-writer.ts';
import { decodeDc, decodeIntervals, missingTable, type Scan } from './scan.ts';

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

  /** Decodes as much of a scan as is there. */
  decode(scan: Scan): void {
    const { components } = scan;
    this.#checkProgression(scan);
    const [first] = components;
    const alone = components.length === 1;
    const { mcusAcross, mcusDown } = this.#frame;
    const units = alone ? first.blocksAcross * first.blocksDown : mcusAcross * mcusDown;
    decodeIntervals(this.#bits, scan, units, (start, end) => {
      this.#endOfBandRun = 0;
      if (!alone) this.#decodeMcus(scan, start, end);
      else if (scan.spectralStart === 0) this.#decodeDcBlocks(scan, first, start, end);
      else if (scan.refines) this.#refineAcBlocks(scan, first, start, end);
      else this.#decodeAcBlocks(scan, first, start, end);
      return true;
    });
  }

  /**
   * Marks the bits as damaged where a scan doesn't go on from where those before it came to: each
   * coefficient comes once, is refined bit by bit (G.1.1.1.2), and AC coefficients come after the DC.
   */
  #checkProgression({ components, spectralStart, spectralEnd, highBit, lowBit }: Scan): void {
    for (const { lowBits } of components) {
      if (spectralStart > 0 && lowBits[0] === notYet) this.#bits.isDamaged = true;
      for (let k = spectralStart; k <= spectralEnd; k++) {
        if (lowBits[k] !== highBit) this.#bits.isDamaged = true;
        lowBits[k] = lowBit;
      }
    }
  }

  /** Interleaved, which only DC coefficients may be (G.1.1.1.1). */
  #decodeMcus(scan: Scan, start: number, end: number): void {
    const { mcusAcross } = this.#frame;
    for (let mcu = start; mcu < end; mcu++) {
      const row = Math.floor(mcu / mcusAcross);
      const column = mcu - row * mcusAcross;
      for (const component of scan.components) {
        const { horizontal, vertical, blocksPerRow } = component;
        for (let y = 0; y < vertical; y++) {
          const block = (row * vertical + y) * blocksPerRow + column * horizontal;
          for (let x = 0; x < horizontal; x++) {
            if (!this.#decodeDcBlock(scan, component, block + x)) return;
          }
        }
      }
    }
  }

  #decodeDcBlocks(scan: Scan, component: Component, start: number, end: number): void {
    for (let unit = start; unit < end; unit++) {
      if (!this.#decodeDcBlock(scan, component, blockOf(component, unit))) return;
    }
  }

  /** @returns whether its data was there */
  #decodeDcBlock({ refines, lowBit }: Scan, component: Component, block: number): boolean {
    const bits = this.#bits;
    bits.ensureBlock();
    if (refines) {
      // In two's complement the bits that are still to come are zeros, whatever the sign.
      add(component, block, 0, bits.readBits(1) << lowBit);
    } else {
      decodeDc(bits, component);
      add(component, block, 0, component.prediction << lowBit);
    }
    if (bits.isExhausted) return false;
    component.scannedBlocks += 1;
    return true;
  }

  /** The first scan of a band of coefficients (G.1.2.2). */
  #decodeAcBlocks(scan: Scan, component: Component, start: number, end: number): void {
    const bits = this.#bits;
    for (let unit = start; unit < end; unit++) {
      if (this.#endOfBandRun > 0) {
        const skipped = Math.min(this.#endOfBandRun, end - unit);
        this.#endOfBandRun -= skipped;
        component.scannedBlocks += skipped;
        unit += skipped - 1;
        continue;
      }
      bits.ensureBlock();
      this.#decodeAc(scan, component, blockOf(component, unit));
      if (bits.isExhausted) return;
      component.scannedBlocks += 1;
    }
  }

  #decodeAc(scan: Scan, component: Component, block: number): void {
    const { acTable } = component;
    if (acTable === undefined) throw missingTable();
    const bits = this.#bits;
    for (let k = scan.spectralStart; k <= scan.spectralEnd; k++) {
      const symbol = bits.readSymbol(acTable);
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size === 0) {
        if (run < 15) {
          this.#endOfBandRun = (1 << run) - 1 + bits.readBits(run);
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      const value = extend(bits.readBits(size), size);
      if (k <= 63) store(component, block, k, value << scan.lowBit);
      else bits.isDamaged = true;
    }
  }

  /** A later scan, which brings one more bit of a band (G.1.2.3). */
  #refineAcBlocks(scan: Scan, component: Component, start: number, end: number): void {
    const bits = this.#bits;
    const bit = 1 << scan.lowBit;
    for (let unit = start; unit < end; unit++) {
      const block = blockOf(component, unit);
      // A few bytes can say of very many blocks that nothing is new, which must cost next to nothing.
      if (this.#endOfBandRun > 0 && !mayHaveNonZero(component, block)) {
        this.#endOfBandRun -= 1;
        component.scannedBlocks += 1;
        continue;
      }
      bits.ensureBlock();
      this.#refineAc(scan, component, block, bit);
      if (bits.isExhausted) return;
      component.scannedBlocks += 1;
    }
  }

  #refineAc(scan: Scan, component: Component, block: number, bit: number): void {
    const { acTable, signs } = component;
    if (acTable === undefined) throw missingTable();
    const bits = this.#bits;
    const { spectralEnd } = scan;
    // As they were before: what this scan adds is not refined by it.
    const low = signs[block * 4];
    const high = signs[block * 4 + 1];
    let k = scan.spectralStart;
    if (this.#endOfBandRun === 0) {
      for (; k <= spectralEnd; k++) {
        const symbol = bits.readSymbol(acTable);
        let run = symbol >> 4;
        let value = 0;
        if ((symbol & 15) === 0) {
          if (run < 15) {
            this.#endOfBandRun = (1 << run) + bits.readBits(run);
            break;
          }
        } else {
          // A new coefficient has one bit only.
          bits.isDamaged ||= (symbol & 15) !== 1;
          value = bits.readBits(1) === 1 ? bit : -bit;
        }
        // Passes over `run` coefficients that are zero, and refines those between that aren't.
        for (; k <= spectralEnd; k++) {
          // Shifts are by k modulo 32.
          if ((((k < 32 ? low : high) >>> k) & 1) === 1) this.#refine(component, block, k, bit);
          else if (run-- === 0) break;
        }
        if (value !== 0) {
          if (k <= spectralEnd) store(component, block, k, value);
          else bits.isDamaged = true;
        }
        if (bits.isExhausted) return;
      }
    }
    if (this.#endOfBandRun > 0) {
      this.#refineSet(component, block, 0, low & bitsFromTo(k, spectralEnd), bit);
      this.#refineSet(component, block, 32, high & bitsFromTo(k - 32, spectralEnd - 32), bit);
      this.#endOfBandRun -= 1;
    }
  }

  /** @param set a bit for each coefficient from `first` on that is to be refined */
  #refineSet(component: Component, block: number, first: number, set: number, bit: number): void {
    for (let rest = set; rest !== 0; rest &= rest - 1) {
      this.#refine(component, block, first + 31 - Math.clz32(rest & -rest), bit);
    }
  }

  /** Reads one more bit of a coefficient that is not zero. */
  #refine(component: Component, block: number, k: number, bit: number): void {
    if (this.#bits.readBits(1) === 0) return;
    const isNegative = ((component.signs[block * 4 + 2 + (k >> 5)] >>> k) & 1) === 1;
    add(component, block, k, isNegative ? -bit : bit);
  }

  /** Turns the coefficients into samples, and sends them on. */
  write(writer: RowWriter, work: Work): void {
    const { components, mcusDown } = this.#frame;
    const reconstructions = components.map((component) => new Reconstruction(component));
    const { firstRow, endRow, firstColumn, endColumn } = writer.wantedMcus;
    const rowUnits = components.reduce(
      (sum, { horizontal, vertical, side }) =>
        sum + blockUnits[side] * horizontal * vertical * (endColumn - firstColumn),
      0,
    );
    for (let row = firstRow; row < endRow; row++) {
      work.charge(rowUnits);
      writer.writeUpTo(row);
      for (const each of reconstructions) each.reconstructMcus(row, firstColumn, endColumn);
    }
    writer.writeUpTo(mcusDown);
  }
}

/** From the coefficients of one component to its samples. */
class Reconstruction {
  readonly #component: Component;
  /** Row-major, as coefficients are that aren't folded. */
  readonly #factors: Int32Array;
  readonly #block: Int32Array;

  constructor(component: Component) {
    const { side, factors } = component;
    this.#component = component;
    this.#factors = new Int32Array(64);
    this.#block = new Int32Array(side * side);
    for (const [k, natural] of zigzag.entries()) this.#factors[natural] = factors[k];
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
    const { side, coefficients, folded, samples, stride, bandHeight, blocksPerRow } =
      this.#component;
    const block = this.#block;
    const factors = this.#factors;
    const area = side * side;
    const from = (row * blocksPerRow + column) * area;
    const isFolded = folded.length > 0;
    let ac = 0;
    for (let i = 0; i < area; i++) {
      const value = isFolded ? folded[from + i] : coefficients[from + i] * factors[i];
      block[i] = value;
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

/** Adds to a coefficient, or to what it is folded onto. */
function add(component: Component, block: number, k: number, value: number): void {
  const { side, coefficients, folded, factors } = component;
  if (folded.length === 0) {
    coefficients[block * side * side + (side === 1 ? 0 : zigzag[k])] += value;
    return;
  }
  const place = foldings[side].places[k];
  if (place !== dropped) folded[block * side * side + place] += value * factors[k];
}

/** Sets an AC coefficient that was zero. */
function store(component: Component, block: number, k: number, value: number): void {
  const { signs } = component;
  add(component, block, k, value);
  const word = block * 4 + (k >> 5);
  signs[word] |= 1 << k;
  if (value < 0) signs[word + 2] |= 1 << k;
}

/** False only where all AC coefficients of the block are zero. */
function mayHaveNonZero({ signs }: Component, block: number): boolean {
  return (signs[block * 4] | signs[block * 4 + 1]) !== 0;
}

/** A word with the bits from the first to the last set, of those that it has. */
function bitsFromTo(first: number, last: number): number {
  if (first > 31 || last < 0) return 0;
  const from = first <= 0 ? -1 : -1 << first;
  return last >= 31 ? from : from & ((1 << (last + 1)) - 1);
}
