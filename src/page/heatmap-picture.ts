/** A heatmap as a picture that is laid over the photo. */
import { inferno } from '../image/color-map.ts';

/** In pixels of the upright photo. */
export interface PhotoRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface HeatmapPicture {
  /** Rows from the top, 0..1. */
  readonly heatmap: readonly (readonly number[])[];
  /** What the heatmap covers, in pixels of the photo that was answered. */
  readonly region: PhotoRegion;
  /** Of that photo. */
  readonly photo: { readonly width: number; readonly height: number };
}

/** Longer side of the picture in pixels. Heat has no detail; the browser enlarges it smoothly. */
const longSide = 320;

/** How much of the photo the strongest heat covers; it has to stay recognisable. */
const maxOpacity = 0.85;

/** How dark it gets outside of what the network saw. */
const unseenOpacity = 0.55;

/** Draws the picture on a canvas, which takes the photo's proportions. */
export function drawHeatmap(canvas: HTMLCanvasElement, picture: HeatmapPicture): void {
  const { width, height } = picture.photo;
  const scale = longSide / Math.max(width, height);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser has no canvas to draw on.');
  const image = context.createImageData(canvas.width, canvas.height);
  paintHeat(image, picture);
  context.putImageData(image, 0, 0);
}

/**
 * Paints colour and opacity: inferno, the more opaque the hotter; what the network didn't see is darkened.
 *
 * @param image has the photo's proportions, at any size
 */
export function paintHeat(
  { width, height, data }: { width: number; height: number; data: Uint8ClampedArray },
  { heatmap, region, photo }: HeatmapPicture,
): void {
  const rows = heatmap.length;
  const columns = heatmap[0].length;
  const seen = seenSquare(photo);
  const xs = Array.from({ length: width }, (_, i) => ((i + 0.5) / width) * photo.width);
  const stencils = xs.map((x) => stencilOf(((x - region.x) / region.width) * columns, columns));
  for (let i = 0, at = 0; i < height; i++) {
    const y = ((i + 0.5) / height) * photo.height;
    const isRowSeen = y >= seen.y && y < seen.y + seen.height;
    const vertical = stencilOf(((y - region.y) / region.height) * rows, rows);
    const heats = Array.from({ length: columns }, (_, column) =>
      sum(vertical, (row) => heatmap[row][column]),
    );
    for (let j = 0; j < width; j++, at += 4) {
      if (!isRowSeen || xs[j] < seen.x || xs[j] >= seen.x + seen.width) {
        data[at + 3] = 255 * unseenOpacity;
        continue;
      }
      const heat = Math.min(
        Math.max(
          sum(stencils[j], (column) => heats[column]),
          0,
        ),
        1,
      );
      const [red, green, blue] = inferno(heat);
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
      data[at + 3] = 255 * maxOpacity * heat;
    }
  }
}

/** What the network sees of a photo, with `fit=crop`: the square in its middle. */
export function seenSquare({ width, height }: { width: number; height: number }): PhotoRegion {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side };
}

/** Cells and how much each counts; together 1. */
type Stencil = readonly (readonly [cell: number, weight: number])[];

/**
 * Between the middles of cells runs a Catmull-Rom spline: it is smooth, and exact in the middles.
 *
 * @param position in cells from the first one's edge
 */
function stencilOf(position: number, cells: number): Stencil {
  const held = Math.min(Math.max(position - 0.5, 0), cells - 1);
  const first = Math.floor(held);
  const t = held - first;
  const weights = [
    ((2 - t) * t - 1) * t,
    (3 * t - 5) * t * t + 2,
    ((4 - 3 * t) * t + 1) * t,
    (t - 1) * t * t,
  ];
  return weights.map((weight, i) => {
    const cell = Math.min(Math.max(first - 1 + i, 0), cells - 1);
    return [cell, weight / 2] as const;
  });
}

function sum(stencil: Stencil, value: (cell: number) => number): number {
  return stencil.reduce((total, [cell, weight]) => total + weight * value(cell), 0);
}
