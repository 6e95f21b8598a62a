import type { Orientation } from './orientation.ts';
import type { PictureTarget } from './picture-target.ts';
import type { HonestWork, Work } from './work-budget.ts';

/** A photo whose header was read, and nothing more. */
export interface OpenImage {
  /** Pixels, as stored. */
  readonly width: number;
  readonly height: number;
  /** How the stored picture is to be turned. */
  readonly orientation: Orientation;
  /** What photos of its kind may earn for their {@link WorkBudget}. */
  readonly honestWork: HonestWork;
  /**
   * The most memory that decoding for this target takes at once, in bytes,
   * beside the file and what the target itself keeps.
   */
  memoryBytes(target: PictureTarget): number;
  /**
   * Decodes as much as the target wants, and sends it every row that it wants.
   *
   * @param work is charged with each step before it is taken, or soon after
   * @returns whether some of the wanted picture's data was missing or damaged;
   *   that part was sent as gray
   * @throws AppError `image-decode-failed`, `too-much-work`
   */
  decode(target: PictureTarget, work: Work): { readonly truncated: boolean };
}

/** One way of storing photos. */
export interface ImageCodec {
  /**
   * Reads sizes only, in time and memory that don't depend on them.
   *
   * @param bytes the whole file, which stays as it is
   * @throws AppError `image-decode-failed`
   */
  open(bytes: Uint8Array): OpenImage;
}
