/**
 * How a photo that is not square becomes the network's square:
 * `crop` takes the largest centred square, `squash` ignores the aspect ratio,
 * `pad` keeps all of the photo between bars of mid-gray.
 */
export const fits = ['crop', 'squash', 'pad'] as const;
export type Fit = (typeof fits)[number];

/** In pixels, which need not be whole. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle of the photo and the rectangle of the input that it fills, in pixels. */
interface Placement {
  readonly source: Rectangle;
  readonly target: Rectangle;
}

/** @param size side of the square input in pixels */
export function place(width: number, height: number, size: number, fit: Fit): Placement {
  const whole = { x: 0, y: 0, width, height };
  const square = { x: 0, y: 0, width: size, height: size };
  if (fit === 'squash') return { source: whole, target: square };
  if (fit === 'crop') {
    const side = Math.min(width, height);
    // Halves of a pixel are kept, so that a photo and its mirror image are cropped alike.
    const x = (width - side) / 2;
    const y = (height - side) / 2;
    return { source: { x, y, width: side, height: side }, target: square };
  }
  const scale = size / Math.max(width, height);
  const targetWidth = Math.max(1, Math.round(width * scale));
  const targetHeight = Math.max(1, Math.round(height * scale));
  return {
    source: whole,
    target: {
      x: Math.floor((size - targetWidth) / 2),
      y: Math.floor((size - targetHeight) / 2),
      width: targetWidth,
      height: targetHeight,
    },
  };
}

/** What the network saw of a photo. Both rectangles are in pixels of the upright photo. */
export interface View {
  /** The part of the photo that the network saw. */
  readonly region: Rectangle;
  /**
   * What a grid over the network's square input stands for, to be laid over the
   * photo. It reaches beyond the photo where there are bars.
   */
  readonly gridRegion: Rectangle;
}

/**
 * @param width sides of the upright photo in pixels
 * @param height
 * @param size side of the square input in pixels
 * @param gridShift how far the grid lies to the right of the input and below it, as a share of its side
 */
export function viewOf(width: number, height: number, size: number, fit: Fit, gridShift = 0): View {
  const { source, target } = place(width, height, size, fit);
  const across = source.width / target.width;
  const down = source.height / target.height;
  return {
    region: source,
    gridRegion: {
      x: source.x + (gridShift * size - target.x) * across,
      y: source.y + (gridShift * size - target.y) * down,
      width: size * across,
      height: size * down,
    },
  };
}

/** The same rectangle on a picture that is `across` times as wide and `down` times as high. */
export function scaleRectangle(
  { x, y, width, height }: Rectangle,
  across: number,
  down: number,
): Rectangle {
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}
