/** Stored pixels that one sample of a reduced picture stands for, 1 or more. */
export interface Reduction {
  readonly across: number;
  readonly down: number;
}

/** A picture at the scale that a decoder chose. */
export interface ScaledPicture {
  /** Samples: the stored sides over the reduction, rounded up. */
  readonly width: number;
  readonly height: number;
  readonly reduction: Reduction;
}

/** A rectangle of a scaled picture, in samples: each first one is in it, each end is not. */
export interface Region {
  readonly firstColumn: number;
  readonly endColumn: number;
  readonly firstRow: number;
  readonly endRow: number;
}

/** What a picture is decoded for: how much of it is wanted, and who takes it. */
export interface PictureTarget {
  /** The most that the picture may be reduced while it is decoded; 1 or more each, not always whole. */
  readonly maxReduction: Reduction;
  /** Which part is wanted at a scale; never empty. Allocates nothing. */
  region(picture: ScaledPicture): Region;
  /** Called once, before the first row. */
  open(picture: ScaledPicture): RowSink;
}

/** Takes a picture as it is stored, from top to bottom. */
export interface RowSink extends Region {
  /** Whether a row is wanted: none outside the region is, and some inside may not be. */
  wants(y: number): boolean;
  /**
   * @param y a row that is wanted; each comes once, in ascending order
   * @param row 8-bit sRGB of the region's columns, three bytes a pixel; only read, and only
   *   during the call
   */
  write(y: number, row: Uint8Array): void;
}
