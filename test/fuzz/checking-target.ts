import process from 'node:process';
import type {
  PictureTarget,
  Reduction,
  Region,
  RowSink,
  ScaledPicture,
} from '../../src/image/picture-target.ts';

/** Bytes in array buffers of this thread, garbage that wasn't collected yet among them. */
export function bufferBytes(): number {
  return process.memoryUsage().arrayBuffers;
}

/** Watches whether a codec keeps to what a target asks of it, and hands everything on. */
export class CheckingTarget implements PictureTarget {
  readonly maxReduction: Reduction;
  /** What the codec did wrong, in the order in which it did. */
  readonly defects = new Set<string>();
  /** What the target itself took of array buffers while the codec called it. */
  ownBytes = 0;
  readonly #stored: { readonly width: number; readonly height: number };
  readonly #target: PictureTarget;
  #sink: RowSink | undefined;
  #lastRow = -1;

  /** @param stored sides that the header announced, in pixels */
  constructor(target: PictureTarget, stored: { readonly width: number; readonly height: number }) {
    this.maxReduction = target.maxReduction;
    this.#target = target;
    this.#stored = stored;
  }

  region(picture: ScaledPicture): Region {
    return this.#counted(() => this.#target.region(picture));
  }

  open(picture: ScaledPicture): RowSink {
    this.#checkScale(picture);
    if (this.#sink !== undefined) this.defects.add('The target was opened twice.');
    const sink = this.#counted(() => this.#target.open(picture));
    this.#sink = sink;
    this.#lastRow = -1;
    return {
      ...sink,
      write: (y, row) => {
        this.#checkRow(y, row, sink);
        sink.write(y, row);
      },
    };
  }

  /** To be called when the codec says that it is done. */
  finish(): void {
    if (this.#sink === undefined) this.defects.add('The target was never opened.');
    else this.#checkSkipped(this.#sink, this.#sink.endRow);
  }

  #counted<T>(work: () => T): T {
    const before = bufferBytes();
    const result = work();
    this.ownBytes += Math.max(0, bufferBytes() - before);
    return result;
  }

  #checkScale({ width, height, reduction }: ScaledPicture): void {
    const { across, down } = reduction;
    const { maxReduction } = this;
    const isAllowed =
      across >= 1 && down >= 1 && across <= maxReduction.across && down <= maxReduction.down;
    if (!isAllowed) {
      this.defects.add(`The picture was reduced by ${across} x ${down}, beyond what is allowed.`);
    }
    const stored = this.#stored;
    if (width !== Math.ceil(stored.width / across) || height !== Math.ceil(stored.height / down)) {
      this.defects.add(
        `A picture of ${stored.width} x ${stored.height} came out as ${width} x ${height}, reduced by ${across} x ${down}.`,
      );
    }
  }

  #checkRow(y: number, row: Uint8Array, sink: RowSink): void {
    const length = (sink.endColumn - sink.firstColumn) * 3;
    if (row.length !== length) {
      this.defects.add(`A row has ${row.length} bytes instead of ${length}.`);
    }
    if (!(y >= sink.firstRow && y < sink.endRow && sink.wants(y))) {
      this.defects.add('A row was sent that is not wanted.');
    }
    if (y === this.#lastRow) this.defects.add('A row was sent twice.');
    if (y < this.#lastRow) this.defects.add('Rows were sent out of order.');
    this.#checkSkipped(sink, y);
    this.#lastRow = Math.max(y, this.#lastRow);
  }

  #checkSkipped(sink: RowSink, end: number): void {
    for (let y = Math.max(sink.firstRow, this.#lastRow + 1); y < end; y++) {
      if (!sink.wants(y)) continue;
      this.defects.add('A wanted row was never sent.');
      return;
    }
  }
}
