import type {
  PictureTarget,
  Reduction,
  Region,
  RowSink,
  ScaledPicture,
} from '../../src/image/picture-target.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';

/** Shares of a picture's sides, 0 to 1: which part is wanted. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Wants a part of a picture and checks that it gets just that: each wanted row once, from the top. */
export class RegionTarget implements PictureTarget {
  readonly maxReduction: Reduction;
  readonly #part: Part;
  /** Rows between those that are wanted. */
  readonly #rowStep: number;
  readonly #rows = new Map<number, Uint8Array>();
  #picture: ScaledPicture | undefined;

  constructor(part: Part, maxReduction: Reduction = { across: 1, down: 1 }, rowStep = 1) {
    this.maxReduction = maxReduction;
    this.#part = part;
    this.#rowStep = rowStep;
  }

  region({ width, height }: ScaledPicture): Region {
    const { left, top, right, bottom } = this.#part;
    const firstColumn = Math.min(Math.floor(left * width), width - 1);
    const firstRow = Math.min(Math.floor(top * height), height - 1);
    return {
      firstColumn,
      endColumn: Math.max(Math.ceil(right * width), firstColumn + 1),
      firstRow,
      endRow: Math.max(Math.ceil(bottom * height), firstRow + 1),
    };
  }

  open(picture: ScaledPicture): RowSink {
    if (this.#picture !== undefined) throw new Error('The target was opened twice.');
    this.#picture = picture;
    const region = this.region(picture);
    let last = -1;
    const wants = (y: number): boolean =>
      y >= region.firstRow && y < region.endRow && (y - region.firstRow) % this.#rowStep === 0;
    return {
      ...region,
      wants,
      write: (y, row) => {
        if (!wants(y) || y <= last) throw new Error(`Row ${y} came after ${last}, or is unwanted.`);
        if (row.length !== 3 * (region.endColumn - region.firstColumn)) {
          throw new Error(`Row ${y} has ${row.length} bytes.`);
        }
        last = y;
        this.#rows.set(y, row.slice());
      },
    };
  }

  /** What came, and the same rows and columns of the whole picture at the same scale. */
  compared(whole: RgbImage): { rows: Uint8Array[]; expected: Uint8Array[] } {
    if (this.#picture === undefined) throw new Error('The target was not opened.');
    const { firstColumn, endColumn, firstRow, endRow } = this.region(this.#picture);
    const rows: Uint8Array[] = [];
    const expected: Uint8Array[] = [];
    for (let y = firstRow; y < endRow; y += this.#rowStep) {
      rows.push(this.#rows.get(y) ?? new Uint8Array(0));
      const start = 3 * y * whole.width;
      expected.push(whole.pixels.slice(start + 3 * firstColumn, start + 3 * endColumn));
    }
    return { rows, expected };
  }
}
