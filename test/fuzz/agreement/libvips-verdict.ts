import sharp from 'sharp';
import { limits } from './petal-verdict.ts';
import { type RawPicture, rowEndsOf, shownShare } from './shown-share.ts';

/** What libvips makes of a file. */
export interface LibvipsVerdict {
  /**
   * - `read`: decoded without a complaint
   * - `half`: complains, and shows at least half of the picture when told to go on
   * - `less`: complains, and shows less than half of it
   * - `refused`: gives no pixels, whatever it is told
   */
  readonly outcome: 'read' | 'half' | 'less' | 'refused';
  /** Its first complaint; empty if it has no complaint. */
  readonly reason: string;
}

/** At least so much of a picture is shown, or there is too little of it. */
const half = 0.5;

// Each thread decodes one file at a time, and none of them twice.
sharp.cache(false);
sharp.concurrency(1);

/**
 * Decodes all of a file's picture, the first one of an animation.
 *
 * "libvips refuses" means that it throws at sharp's default, `failOn: 'warning'`: whatever the
 * decoder below it complains of is a complaint. The laxer levels would let corrupt data of JPEGs
 * pass, of which libjpeg only warns, and a file that Petal takes for whole has to be whole. What it
 * shows is asked for with `failOn: 'none'`, where it gives as much of a picture as it ever does.
 *
 * @param original the file before it was damaged
 */
export async function judgeWithLibvips(
  bytes: Uint8Array,
  original: Uint8Array,
): Promise<LibvipsVerdict> {
  const strict = await decode(bytes, 'warning');
  if (typeof strict !== 'string') return { outcome: 'read', reason: '' };
  const lax = await decode(bytes, 'none');
  if (typeof lax === 'string') return { outcome: 'refused', reason: strict };
  const whole = await decode(original, 'none');
  const share = shownShare(lax, typeof whole === 'string' ? undefined : rowEndsOf(whole));
  return { outcome: share >= half ? 'half' : 'less', reason: strict };
}

/** @returns the pixels, or the first complaint */
async function decode(bytes: Uint8Array, failOn: 'none' | 'warning'): Promise<RawPicture | string> {
  try {
    const options = { failOn, ignoreIcc: true, limitInputPixels: limits.maxPixels };
    const { data, info } = await sharp(bytes, options).raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, channels, samples: data };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message.split('\n', 1)[0];
  }
}
