import type { Region, RowSink } from '../picture-target.ts';
import type { Work } from '../work-budget.ts';
import { type ColorSpace, converters } from './color.ts';
import type { Frame } from './frame.ts';
import { type RowReader, rowReaderOf } from './upsampling.ts';

/** Interpolation looks this far beyond a pixel, in pixels. */
const margin = 2;

/** Work for each sample of a row: enlarging it, and its share in a pixel's colour. */
const sampleUnits = 2;

/** Sends a frame's rows to where they are wanted, as they are complete. */
export class RowWriter {
  /** Whole MCUs that the wanted rows are made of; others needn't be reconstructed. */
  readonly wantedMcus: Region;
  readonly #frame: Frame;
  readonly #colorSpace: ColorSpace;
  readonly #sink: RowSink;
  readonly #readers: readonly RowReader[];
  readonly #rows: readonly Uint8ClampedArray[];
  readonly #pixels: Uint8ClampedArray;
  /** The wanted ones of the pixels. */
  readonly #wanted: Uint8Array;
  /** Columns that are converted; the first is even. */
  readonly #from: number;
  readonly #to: number;
  #nextRow: number;
  readonly #work: Work;

  constructor(frame: Frame, colorSpace: ColorSpace, sink: RowSink, work: Work) {
    const { components, width, height, mcuWidth, mcuHeight } = frame;
    const { firstColumn, endColumn, firstRow, endRow } = sink;
    this.#frame = frame;
    this.#colorSpace = colorSpace;
    this.#sink = sink;
    this.#nextRow = firstRow;
    this.#work = work;
    this.#from = firstColumn - (firstColumn % 2);
    this.#to = endColumn;
    const columns = this.#to - this.#from;
    this.#readers = components.map((component) => rowReaderOf(component, frame));
    this.#rows = components.map(() => new Uint8ClampedArray(columns));
    this.#pixels = new Uint8ClampedArray(columns * 3);
    this.#wanted = new Uint8Array(this.#pixels.buffer, (firstColumn - this.#from) * 3);
    this.wantedMcus = {
      firstColumn: Math.floor(Math.max(firstColumn - margin, 0) / mcuWidth),
      endColumn: Math.ceil(Math.min(endColumn + margin, width) / mcuWidth),
      firstRow: Math.floor(Math.max(firstRow - margin, 0) / mcuHeight),
      endRow: Math.ceil(Math.min(endRow + margin, height) / mcuHeight),
    };
  }

  /**
   * Writes the wanted rows that the first rows of MCUs make complete. All but
   * the last two of these may be forgotten then.
   *
   * @returns whether more rows are wanted
   */
  writeUpTo(mcuRows: number): boolean {
    const { height, mcuHeight, mcusDown, components } = this.#frame;
    // The last row may be interpolated with the next row of MCUs.
    const complete = mcuRows === mcusDown ? height : mcuRows * mcuHeight - 1;
    const end = Math.min(complete, this.#sink.endRow);
    const convert = converters[this.#colorSpace];
    for (; this.#nextRow < end; this.#nextRow++) {
      const y = this.#nextRow;
      if (!this.#sink.wants(y)) continue;
      this.#work.charge(sampleUnits * components.length * (this.#to - this.#from));
      const rows = components.map((component, i) =>
        this.#readers[i](component, y, this.#from, this.#to, this.#rows[i]),
      );
      convert(rows, this.#pixels, this.#to - this.#from);
      this.#sink.write(y, this.#wanted);
    }
    return this.#nextRow < this.#sink.endRow;
  }
}
