/**
 * Decodes the scans of sequential frames (ITU-T T.81, F.2), right into samples.
 */
import type { Work } from '../work-budget.ts';
import { blockUnits, passedBlockUnits } from './block-work.ts';
import type { CodedBits } from './coded-bits.ts';
import { dropped, foldedBits, foldings } from './folding.ts';
import { type Component, clearMcuRow, type Frame } from './frame.ts';
import {
  endOfBlockRun,
  endsBlock,
  extend,
  lookupBits,
  runOf,
  skipBits,
  skipsOf,
  valueFollows,
} from './huffman.ts';
import { fillBlock, flatSample, inverseDcts } from './idct.ts';
import type { RowWriter } from './row-writer.ts';
import { decodeDc, decodeIntervals, missingTable, type Scan } from './scan.ts';

/** Decodes the scans of one frame, one after another. */
export class SequentialDecoder {
  readonly #frame: Frame;
  readonly #bits: CodedBits;
  readonly #writer: RowWriter;
  /** Whether to stop after the last row that is wanted. */
  readonly #mayStop: boolean;
  /** One block, dequantised; the last element takes what is not kept. */
  readonly #block = new Int32Array(dropped + 1);
  /** Of the lines of units, the last that was opened. */
  #line = -1;
  #openedShare = 1;
  readonly #work: Work;

  /** @param writer is told of rows as they are complete, where the frame keeps a band only */
  constructor(
    frame: Frame,
    bits: CodedBits,
    writer: RowWriter,
    { mayStop, work }: { readonly mayStop: boolean; readonly work: Work },
  ) {
    this.#frame = frame;
    this.#bits = bits;
    this.#writer = writer;
    this.#mayStop = mayStop;
    this.#work = work;
  }

  /** How much of the picture was looked at: 1, or less where the rest was not wanted. */
  get openedShare(): number {
    return this.#openedShare;
  }

  /** Decodes as much of a scan as is wanted and there. */
  decode(scan: Scan): void {
    const { components } = scan;
    const [first] = components;
    const alone = components.length === 1;
    // One component alone has only the blocks that hold some of the picture (A.2.2).
    const unitsAcross = alone ? first.blocksAcross : this.#frame.mcusAcross;
    const lines = alone ? first.blocksDown : this.#frame.mcusDown;
    this.#line = -1;
    let isWanted = true;
    const decodeUnits = (start: number, end: number): boolean => {
      for (let unit = start; unit < end && isWanted; ) {
        const line = Math.floor(unit / unitsAcross);
        isWanted = this.#openLine(line, scan);
        if (!isWanted) break;
        const lineStart = line * unitsAcross;
        const lineEnd = Math.min(end, lineStart + unitsAcross);
        this.#charge(scan, line, lineEnd - unit);
        const decoded = alone
          ? this.#decodeBlocks(first, line, unit - lineStart, lineEnd - lineStart)
          : this.#decodeMcus(components, line, unit - lineStart, lineEnd - lineStart);
        if (!decoded) break;
        unit = lineEnd;
      }
      return isWanted;
    };
    decodeIntervals(this.#bits, scan, unitsAcross * lines, decodeUnits);
    if (!isWanted) {
      this.#openedShare = this.#line / lines;
    } else if (this.#frame.isBanded && this.#openLine(lines - 1, scan)) {
      this.#writer.writeUpTo(this.#frame.mcusDown);
    }
  }

  /** Charges for some of a line's units: wanted rows cost more than those that are passed over. */
  #charge({ components }: Scan, line: number, units: number): void {
    const { firstRow, endRow } = this.#writer.wantedMcus;
    const alone = components.length === 1;
    const mcuRow = alone ? Math.floor(line / components[0].vertical) : line;
    const isWanted = mcuRow >= firstRow && mcuRow < endRow;
    for (const { horizontal, vertical, side } of components) {
      const blocks = alone ? units : units * horizontal * vertical;
      this.#work.charge(blocks * (isWanted ? blockUnits[side] : passedBlockUnits));
    }
  }

  /**
   * Makes room for a line of units, and for those before it of which no data
   * came, by writing what is complete.
   *
   * @returns whether it is wanted
   */
  #openLine(line: number, { components }: Scan): boolean {
    if (!this.#frame.isBanded) return true;
    const linesPerMcu = components.length === 1 ? components[0].vertical : 1;
    while (this.#line < line) {
      this.#line += 1;
      if (this.#line % linesPerMcu > 0) continue;
      const mcuRow = this.#line / linesPerMcu;
      if (!this.#writer.writeUpTo(mcuRow) && this.#mayStop) return false;
      for (const component of components) clearMcuRow(component, mcuRow);
    }
    return true;
  }

  /** Interleaved: whole MCUs (A.2.3). @returns whether all of their data was there */
  #decodeMcus(
    components: readonly Component[],
    row: number,
    firstColumn: number,
    endColumn: number,
  ): boolean {
    const { wantedMcus } = this.#writer;
    const isRowWanted = row >= wantedMcus.firstRow && row < wantedMcus.endRow;
    for (let column = firstColumn; column < endColumn; column++) {
      const isWanted =
        isRowWanted && column >= wantedMcus.firstColumn && column < wantedMcus.endColumn;
      for (const component of components) {
        const { horizontal, vertical } = component;
        for (let y = 0; y < vertical; y++) {
          for (let x = 0; x < horizontal; x++) {
            const blockRow = row * vertical + y;
            const blockColumn = column * horizontal + x;
            if (!this.#decodeBlock(component, blockRow, blockColumn, isWanted)) return false;
          }
        }
      }
    }
    return true;
  }

  /** One component alone. @returns whether all of its data was there */
  #decodeBlocks(
    component: Component,
    row: number,
    firstColumn: number,
    endColumn: number,
  ): boolean {
    const { wantedMcus } = this.#writer;
    const { horizontal, vertical } = component;
    const mcuRow = Math.floor(row / vertical);
    const isRowWanted = mcuRow >= wantedMcus.firstRow && mcuRow < wantedMcus.endRow;
    const firstWanted = wantedMcus.firstColumn * horizontal;
    const endWanted = wantedMcus.endColumn * horizontal;
    for (let column = firstColumn; column < endColumn; column++) {
      const isWanted = isRowWanted && column >= firstWanted && column < endWanted;
      if (!this.#decodeBlock(component, row, column, isWanted)) return false;
    }
    return true;
  }

  #decodeBlock(component: Component, row: number, column: number, isWanted: boolean): boolean {
    const bits = this.#bits;
    bits.ensureBlock();
    const { side, stride, bandHeight } = component;
    const at = ((row * side) % bandHeight) * stride + column * side;
    decodeDc(bits, component);
    if (side === 1 || !isWanted) this.#decodeMean(component, at);
    else this.#decodeSamples(component, at);
    if (bits.isExhausted) return false;
    component.scannedBlocks += 1;
    return true;
  }

  /**
   * A block of one sample, from its DC coefficient; or one that is not wanted, for
   * which one sample will do. Most of the work at 1/8 is done here.
   */
  #decodeMean(component: Component, at: number): void {
    const { acTable } = component;
    if (acTable === undefined) throw missingTable();
    const bits = this.#bits;
    component.samples[at] = flatSample(component.prediction * component.factors[0]);
    const skips = skipsOf(acTable);
    const { view } = bits;
    let { position } = bits;
    let k = 1;
    for (;;) {
      const next = view.getUint32(position >>> 3) << (position & 7);
      const skip = skips[next >>> (32 - skipBits)];
      const covered = (skip >> 4) & 0xff;
      // Long codes, and what is near the block's end, are left to the careful way.
      if (skip === 0 || k + covered > 63) break;
      position += skip & 15;
      if ((skip & endsBlock) !== 0) {
        bits.position = position;
        return;
      }
      k += covered;
    }
    bits.position = position;
    this.#skipAc(component, k);
  }

  /** The AC coefficients of a block (F.2.2.2), and with them its samples, from `at` on. */
  #decodeSamples(component: Component, at: number): void {
    const { acTable, factors, side, samples, stride } = component;
    if (acTable === undefined) throw missingTable();
    const bits = this.#bits;
    const block = this.#block;
    const { places, last } = foldings[side];
    const { steps } = acTable;
    const { view } = bits;
    let { position } = bits;
    let k = 1;
    let hasAc = false;
    while (k <= last) {
      const next = view.getUint32(position >>> 3) << (position & 7);
      const step = steps[next >>> (32 - lookupBits)];
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
          bits.position = position;
          const symbol = bits.readSymbol(acTable);
          position = bits.position;
          size = symbol & 15;
          run = runOf(symbol);
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
        bits.isDamaged ||= run !== endOfBlockRun;
        break;
      }
      block[places[k]] += value * factors[k];
      hasAc = true;
      k += 1;
    }
    bits.position = position;
    // A run from the kept coefficients may have gone past the last of them.
    if (k <= 63 && k > last) this.#skipAc(component, k);

    const dc = component.prediction * factors[0];
    if (!hasAc) {
      fillBlock(samples, at, stride, side, flatSample(dc >> foldedBits[side]));
      return;
    }
    block[0] += dc;
    inverseDcts[side](block, samples, at, stride);
    block.fill(0, 0, side * side);
  }

  /** Passes over the rest of a block's coefficients from `from` on, several at a time. */
  #skipAc({ acTable }: Component, from: number): void {
    if (acTable === undefined) throw missingTable();
    const bits = this.#bits;
    const skips = skipsOf(acTable);
    const { view } = bits;
    let { position } = bits;
    let k = from;
    while (k <= 63) {
      const next = view.getUint32(position >>> 3) << (position & 7);
      const skip = skips[next >>> (32 - skipBits)];
      const covered = (skip >> 4) & 0xff;
      // What follows the 64th coefficient belongs to the next block.
      if (skip !== 0 && k + covered <= 63) {
        position += skip & 15;
        if ((skip & endsBlock) !== 0) {
          bits.position = position;
          return;
        }
        k += covered;
        continue;
      }
      bits.position = position;
      const symbol = bits.readSymbol(acTable);
      const run = runOf(symbol);
      if (run === endOfBlockRun) return;
      position = bits.position + (symbol & 15);
      k += run + 1;
    }
    bits.position = position;
    bits.isDamaged ||= k > 64;
  }
}
