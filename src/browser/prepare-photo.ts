import { uprightCanvas } from './upright-canvas.ts';

/** A photo as it is sent, or classified in the browser. */
export interface PreparedPhoto {
  readonly blob: Blob;
  /** Whether it was reduced here; otherwise `blob` is the file as it was chosen. */
  readonly isReduced: boolean;
}

export interface PrepareOptions {
  /** Shorter side of a reduced photo, in pixels; the network looks at 224. */
  readonly shortSide?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Files of these types Petal reads itself; others are turned into a JPEG if the browser can read them. */
const readTypes = /^image\/(jpeg|png|webp|gif|bmp)$/;

/** A file up to this size travels as it is. */
const smallBytes = 150_000;

const quality = 0.85;

/**
 * Reduces and turns a photo before it travels: of 12 megapixels a few tens of kilobytes remain. What is
 * small already, and what the browser can't read, stays as it is: Petal says what is wrong with it.
 *
 * Measured in Chromium with 100 ImageNet photos, enlarged to 12 megapixels: at 448 pixels and quality 0.85
 * the first prediction stays that of the file itself in 97, at 54 kB on average and 103 kB at the most (0.8: 95;
 * 0.9: 98, at 67 and 127 kB; 0.92: 97). With every second one of them, 384 pixels keep 48 of 50 (42 kB),
 * 448 keep 49, and 512 keep 48 (66 kB). Four photos of cameras keep theirs, at 32 to 82 kB.
 *
 * @throws the signal's reason where it is aborted
 */
export async function preparePhoto(
  file: Blob,
  { shortSide = 448, signal }: PrepareOptions = {},
): Promise<PreparedPhoto> {
  signal?.throwIfAborted();
  const unchanged = { blob: file, isReduced: false };
  const isRead = readTypes.test(file.type) && !(await isBoxed(file));
  if (isRead && file.size <= smallBytes) return unchanged;
  const canvas = await uprightCanvas(file, shortSide, signal);
  const blob = await new Promise<Blob | null>((resolve) => {
    if (canvas === undefined) resolve(null);
    else canvas.toBlob(resolve, 'image/jpeg', quality);
  });
  signal?.throwIfAborted();
  if (blob === null || (isRead && blob.size >= file.size)) return unchanged;
  return { blob, isReduced: true };
}

/** Whether it is an AVIF or HEIC (ISO/IEC 14496-12, 4.3), whatever its name makes the browser take it for. */
async function isBoxed(file: Blob): Promise<boolean> {
  return (await file.slice(4, 8).text()) === 'ftyp';
}
