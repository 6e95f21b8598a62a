import type { PictureTarget, Reduction, Region, RowSink, ScaledPicture } from './picture-target.ts';
import type { RgbImage } from './rgb-image.ts';

/** Keeps all of a picture, as it is stored. For those who need pixels instead of the network's input. */
export class Picture implements PictureTarget {
  readonly maxReduction: Reduction;
  #image: RgbImage | undefined;

  /** @param maxReduction how many times smaller than stored it may come out; 1 for its full size */
  constructor(maxReduction = 1) {
    this.maxReduction = { across: maxReduction, down: maxReduction };
  }

  /** What was decoded, perhaps reduced. */
  get image(): RgbImage {
    if (this.#image === undefined) throw new Error('No picture was decoded into this target.');
    return this.#image;
  }

  region({ width, height }: ScaledPicture): Region {
    return { firstColumn: 0, endColumn: width, firstRow: 0, endRow: height };
  }

  open(picture: ScaledPicture): RowSink {
    const { width, height } = picture;
    const pixels = new Uint8Array(width * height * 3);
    this.#image = { width, height, pixels };
    return {
      ...this.region(picture),
      wants: () => true,
      write: (y, row) => pixels.set(row, y * width * 3),
    };
  }
}
