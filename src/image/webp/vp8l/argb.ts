/** Arithmetic on pixels: four channels of 8 bits in one number, each modulo 256. */

const alphaAndGreen = 0xff00ff00 | 0;
const redAndBlue = 0x00ff00ff;

export const opaqueBlack = 0xff000000 | 0;

export function addPixels(a: number, b: number): number {
  return (
    (((a & alphaAndGreen) + (b & alphaAndGreen)) & alphaAndGreen) |
    (((a & redAndBlue) + (b & redAndBlue)) & redAndBlue)
  );
}

/** The mean of each channel, rounded down. */
export function meanOfPixels(a: number, b: number): number {
  return (((a ^ b) & 0xfefefefe) >>> 1) + (a & b);
}
