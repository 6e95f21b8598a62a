import { inferno } from './color-map.ts';
import type { View } from './fit.ts';
import type { RgbImage } from './rgb-image.ts';

/** How much of the photo the strongest heat covers; the photo has to stay recognisable. */
const maxOpacity = 0.65;

/** Light that is left of what the network didn't see. */
const unseenLight = 0.35;

/** Two neighbouring rows or columns of a grid, and how far between them. */
interface Between {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/** Where the middle of a pixel lies among the middles of the grid's cells; held at the outer ones. */
function between(pixel: number, start: number, length: number, cells: number): Between {
  const position = ((pixel + 0.5 - start) / length) * cells - 0.5;
  const held = Math.min(Math.max(position, 0), cells - 1);
  const first = Math.floor(held);
  return { first, second: Math.min(first + 1, cells - 1), share: held - first };
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/**
 * Paints heat over a photo: bilinear between the grid's cells, from dark
 * purple to bright yellow, the more opaque the hotter. Where there is no heat
 * the photo stays as it is; what the network didn't see is dimmed.
 *
 * @param image is painted over
 * @param heatmap 0..1 by position, rows from the top
 * @param view in pixels of this image
 */
export function paintHeatmap(
  { width, height, pixels }: RgbImage,
  heatmap: readonly (readonly number[])[],
  { region, gridRegion }: View,
): void {
  const columns = Array.from({ length: width }, (_, x) =>
    between(x, gridRegion.x, gridRegion.width, heatmap[0].length),
  );
  for (let y = 0, at = 0; y < height; y++) {
    const row = between(y, gridRegion.y, gridRegion.height, heatmap.length);
    const heats = heatmap[row.first].map((heat, x) => mix(heat, heatmap[row.second][x], row.share));
    const isRowSeen = y + 0.5 > region.y && y + 0.5 < region.y + region.height;
    for (let x = 0; x < width; x++, at += 3) {
      const isSeen = isRowSeen && x + 0.5 > region.x && x + 0.5 < region.x + region.width;
      if (!isSeen) {
        for (let channel = 0; channel < 3; channel++) pixels[at + channel] *= unseenLight;
        continue;
      }
      const { first, second, share } = columns[x];
      const heat = mix(heats[first], heats[second], share);
      const color = inferno(heat);
      for (let channel = 0; channel < 3; channel++) {
        pixels[at + channel] = mix(pixels[at + channel], color[channel], heat * maxOpacity) + 0.5;
      }
    }
  }
}
