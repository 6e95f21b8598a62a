import { bmpProblem } from './problem.ts';

/** Which bits of a pixel hold a level: `(pixel & mask) >>> shift`, 0 to `max`. */
export interface Channel {
  readonly mask: number;
  readonly shift: number;
  /** 0 for a channel that has no bits. */
  readonly max: number;
}

/** How pixels of 16 or 32 bits hold their colours. */
export interface Channels {
  readonly red: Channel;
  readonly green: Channel;
  readonly blue: Channel;
  /** Has no bits where all pixels are opaque. */
  readonly alpha: Channel;
}

/** What 16 bits hold where no mask says otherwise: five bits each, the highest one unused. */
export const defaultMasks16: readonly number[] = [0x7c00, 0x03e0, 0x001f, 0];

/** What 32 bits hold where no mask says otherwise: bytes, in the order B, G, R and one unused. */
export const defaultMasks32: readonly number[] = [0xff0000, 0xff00, 0xff, 0];

/**
 * @param masks of red, green, blue and alpha; 0 for a channel that has no bits
 * @param bitsPerPixel 16 or 32; mask bits beyond them don't count
 * @throws AppError `image-decode-failed` where a mask has gaps, or no colour has a bit
 */
export function channelsOf(masks: readonly number[], bitsPerPixel: number): Channels {
  const inPixel = masks.map((mask) => (bitsPerPixel === 16 ? mask & 0xffff : mask));
  const [red, green, blue, alpha] = inPixel.map(channelOf);
  if (red.max === 0 && green.max === 0 && blue.max === 0) {
    throw bmpProblem('This BMP does not say which bits of its pixels are colours.');
  }
  return { red, green, blue, alpha };
}

function channelOf(mask: number): Channel {
  if (mask === 0) return { mask, shift: 0, max: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  if ((max & (max + 1)) !== 0) {
    throw bmpProblem(
      'A colour mask of this BMP has gaps, which few programs read; save it with 24 bits a pixel.',
    );
  }
  return { mask, shift, max };
}
