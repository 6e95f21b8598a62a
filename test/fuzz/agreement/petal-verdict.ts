import { readConfig } from '../../../src/config.ts';
import { AppError } from '../../../src/errors.ts';
import { decodePhoto, openPhoto } from '../../../src/image/decode-image.ts';
import type { PictureTarget } from '../../../src/image/picture-target.ts';

/** What Petal makes of a file. */
export interface PetalVerdict {
  /**
   * - `read`: decoded, and nothing was said to be wrong
   * - `flagged`: decoded with `truncated: true`
   * - `refused`: an AppError
   * - `failed`: anything else that was thrown, which is a defect
   */
  readonly outcome: 'read' | 'flagged' | 'refused' | 'failed';
  /** Why it was refused, or failed; empty otherwise. */
  readonly reason: string;
}

/**
 * What a photo may cost; libvips has the same limit of pixels. It is lower than the product's, as
 * the files are small: only damaged sides are larger, and libvips takes half a minute for some of those.
 */
export const limits = { ...readConfig({}), maxPixels: 4e6 };

/** Wants all of the picture at its full size, as libvips decodes it, and keeps none of it. */
const everyRow: PictureTarget = {
  maxReduction: { across: 1, down: 1 },
  region: ({ width, height }) => ({
    firstColumn: 0,
    endColumn: width,
    firstRow: 0,
    endRow: height,
  }),
  open: (picture) => ({
    ...everyRow.region(picture),
    wants: () => true,
    write: () => undefined,
  }),
};

/** Decodes all of a file's picture. */
export function judgeWithPetal(bytes: Uint8Array): PetalVerdict {
  try {
    const { truncated } = decodePhoto(openPhoto(bytes), everyRow, limits);
    return { outcome: truncated ? 'flagged' : 'read', reason: '' };
  } catch (error) {
    if (error instanceof AppError) return { outcome: 'refused', reason: error.message };
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'failed', reason };
  }
}
