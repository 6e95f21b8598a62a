import { readPhotoHeader } from './photo-header.ts';

/** EXIF fits into one segment of a JPEG, 64 kB at the most, and the frame's header comes after a few more. */
const jpegHeaderBytes = 256_000;

/** For each orientation (EXIF 2.32, 4.6.4) where the stored picture's x and y go: a, b, c and d of a transform. */
const turns = [
  [1, 0, 0, 1],
  [-1, 0, 0, 1],
  [-1, 0, 0, -1],
  [1, 0, 0, -1],
  [0, 1, 1, 0],
  [0, 1, -1, 0],
  [0, -1, -1, 0],
  [0, -1, 1, 0],
];

/**
 * A photo on a canvas: upright, on white, and no larger than is asked for. The browser reduces it while it
 * decodes it where the size is known before, so that 12 megapixels are not held as 48 MB of pixels here.
 *
 * @param shortSide the most pixels of the shorter side; smaller photos keep their size
 * @returns undefined where the browser can't read the file
 * @throws the signal's reason where it is aborted
 */
export async function uprightCanvas(
  file: Blob,
  shortSide: number,
  signal?: AbortSignal,
): Promise<HTMLCanvasElement | undefined> {
  const { blob, header } = await readUnturned(file);
  const { width, height, orientation } = header;
  const isLarge = Math.min(width, height) > shortSide;
  // The other side follows.
  const side = width < height ? 'resizeWidth' : 'resizeHeight';
  const options = isLarge ? { [side]: shortSide, resizeQuality: 'high' as const } : {};
  const bitmap = await createImageBitmap(blob, options).catch(() => undefined);
  signal?.throwIfAborted();
  if (bitmap === undefined) return undefined;
  const canvas = draw(bitmap, shortSide, turns[orientation - 1]);
  bitmap.close();
  return canvas;
}

/**
 * Browsers turn every JPEG as EXIF says (HTML, imageOrientation "from-image"), but Chromium no WebP, and not all
 * of them a PNG. So the orientation in the file is taken away, and what is turned is turned here. (That a PNG's
 * checksum is wrong then makes decoders leave the chunk out.)
 */
async function readUnturned(file: Blob) {
  const start = new Uint8Array(await file.slice(0, jpegHeaderBytes).arrayBuffer());
  // Other formats may have EXIF at their end.
  const bytes = start[0] === 0xff ? start : new Uint8Array(await file.arrayBuffer());
  const header = readPhotoHeader(bytes);
  const at = header.orientationAt;
  // No orientation is as good as 1, in either order of bytes.
  if (at > 0) bytes.fill(0, at, at + 2);
  return { blob: new Blob([bytes, file.slice(bytes.length)], { type: file.type }), header };
}

function draw(
  bitmap: ImageBitmap,
  shortSide: number,
  [a, b, c, d]: readonly number[],
): HTMLCanvasElement | undefined {
  const scale = Math.min(1, shortSide / Math.min(bitmap.width, bitmap.height));
  const width = Math.round(bitmap.width * scale);
  const height = Math.round(bitmap.height * scale);
  const canvas = document.createElement('canvas');
  canvas.width = a === 0 ? height : width;
  canvas.height = a === 0 ? width : height;
  const context = canvas.getContext('2d');
  if (context === null) return undefined;
  // What is transparent becomes white, as Petal does it.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  const [x, y] = [a + c < 0 ? canvas.width : 0, b + d < 0 ? canvas.height : 0];
  context.setTransform(a, b, c, d, x, y);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}
