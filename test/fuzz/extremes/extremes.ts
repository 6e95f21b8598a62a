import { bmpExtremes } from './bmp.ts';
import type { Extreme } from './extreme.ts';
import { gifExtremes } from './gif.ts';
import { jpegExtremes } from './jpeg.ts';
import { pngExtremes } from './png.ts';
import { webpExtremes } from './webp.ts';

/** Files made by hand to take as much work as their formats allow for. */
export const extremes: readonly Extreme[] = [
  ...bmpExtremes,
  ...gifExtremes,
  ...jpegExtremes,
  ...pngExtremes,
  ...webpExtremes,
];
