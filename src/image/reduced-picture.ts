import { swapsSides, turningSteps } from './orientation.ts';
import type { PictureTarget, Reduction, Region, RowSink, ScaledPicture } from './picture-target.ts';
import type { StoredPhoto } from './preprocess.ts';
import type { RgbImage } from './rgb-image.ts';

/** For each sample of one direction: the output that it begins in, and how much of it lies there and in the next. */
interface Shares {
  readonly output: Int32Array;
  readonly here: Float32Array;
  readonly next: Float32Array;
  /** Samples that an output is the mean of; not always whole. */
  readonly each: number;
}

/**
 * @param samples how many there are
 * @param length how many of them the picture fills; the last one may be filled in part
 * @param outputs at most `length`, so that no sample reaches over more than two
 */
function sharesOf(samples: number, length: number, outputs: number): Shares {
  const each = length / outputs;
  const output = new Int32Array(samples);
  const here = new Float32Array(samples);
  const next = new Float32Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    output[sample] = Math.min(Math.floor(sample / each), outputs - 1);
    const end = Math.min(sample + 1, length);
    const border = output[sample] === outputs - 1 ? length : (output[sample] + 1) * each;
    here[sample] = Math.min(end, border) - sample;
    next[sample] = Math.max(0, end - border);
  }
  return { output, here, next, each };
}

/**
 * Takes a photo row by row and keeps it for people to look at: upright, and
 * with no side longer than `maxSide`; each pixel is the mean of the area that
 * it stands for. Smaller photos keep their size. No more exists at once than
 * the result and two rows of sums.
 */
export class ReducedPicture implements PictureTarget {
  readonly image: RgbImage;
  readonly maxReduction: Reduction;
  readonly #photo: StoredPhoto;
  /** Pixels of the result in the stored picture's directions. */
  readonly #across: number;
  readonly #down: number;

  /** @param maxSide in pixels, at least 1 */
  constructor(photo: StoredPhoto, maxSide: number) {
    const { width, height, orientation } = photo;
    const reduction = Math.max(1, Math.max(width, height) / maxSide);
    const across = Math.max(1, Math.round(width / reduction));
    const down = Math.max(1, Math.round(height / reduction));
    this.#photo = photo;
    this.#across = across;
    this.#down = down;
    this.maxReduction = { across: width / across, down: height / down };
    const sides = swapsSides(orientation)
      ? { width: down, height: across }
      : { width: across, height: down };
    this.image = { ...sides, pixels: new Uint8Array(across * down * 3) };
  }

  region({ width, height }: ScaledPicture): Region {
    return { firstColumn: 0, endColumn: width, firstRow: 0, endRow: height };
  }

  open(picture: ScaledPicture): RowSink {
    const { width, height, reduction } = picture;
    const columns = sharesOf(width, this.#photo.width / reduction.across, this.#across);
    const rows = sharesOf(height, this.#photo.height / reduction.down, this.#down);
    const area = columns.each * rows.each;
    let sums = new Float32Array(this.#across * 3);
    let nextSums = new Float32Array(this.#across * 3);
    return {
      ...this.region(picture),
      wants: () => true,
      write: (y, row) => {
        addRow(row, columns, rows.here[y], sums);
        // The last row of an output may begin the next one, too.
        if (y + 1 < height && rows.output[y + 1] === rows.output[y]) return;
        if (rows.next[y] > 0) addRow(row, columns, rows.next[y], nextSums);
        this.#store(rows.output[y], sums, area);
        [sums, nextSums] = [nextSums, sums.fill(0)];
      },
    };
  }

  #store(output: number, sums: Float32Array, area: number): void {
    const { width, height, pixels } = this.image;
    const steps = turningSteps(this.#photo.orientation, width, height, width);
    let to = (steps.first + output * steps.down) * 3;
    for (let from = 0; from < sums.length; from += 3, to += steps.across * 3) {
      // Storing into bytes cuts off what is behind the point.
      pixels[to] = sums[from] / area + 0.5;
      pixels[to + 1] = sums[from + 1] / area + 0.5;
      pixels[to + 2] = sums[from + 2] / area + 0.5;
    }
  }
}

function addRow(row: Uint8Array, columns: Shares, weight: number, sums: Float32Array): void {
  const { output, here, next } = columns;
  for (let sample = 0, from = 0; sample < output.length; sample++, from += 3) {
    const to = output[sample] * 3;
    const share = here[sample] * weight;
    sums[to] += row[from] * share;
    sums[to + 1] += row[from + 1] * share;
    sums[to + 2] += row[from + 2] * share;
    if (next[sample] === 0) continue;
    const rest = next[sample] * weight;
    sums[to + 3] += row[from] * rest;
    sums[to + 4] += row[from + 1] * rest;
    sums[to + 5] += row[from + 2] * rest;
  }
}
