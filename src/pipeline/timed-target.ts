import type {
  PictureTarget,
  Reduction,
  Region,
  RowSink,
  ScaledPicture,
} from '../image/picture-target.ts';

/** Rows are preprocessed as they are decoded; this tells how long that took. */
export class TimedTarget implements PictureTarget {
  durationMs = 0;
  readonly maxReduction: Reduction;
  readonly #target: PictureTarget;
  readonly #now: () => number;

  constructor(target: PictureTarget, now: () => number) {
    this.maxReduction = target.maxReduction;
    this.#target = target;
    this.#now = now;
  }

  region(picture: ScaledPicture): Region {
    return this.#target.region(picture);
  }

  open(picture: ScaledPicture): RowSink {
    const sink = this.#target.open(picture);
    return {
      ...sink,
      write: (y, row) => {
        const start = this.#now();
        sink.write(y, row);
        this.durationMs += this.#now() - start;
      },
    };
  }
}
