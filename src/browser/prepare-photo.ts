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
const readTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/bmp'];

/** A file up to this size travels as it is. */
const smallBytes = 150_000;

const quality = 0.85;

/**
 * Reduces and turns a photo before it travels: of 12 megapixels a few tens of kilobytes remain. What is
 * small already, and what the browser can't read, stays as it is: Petal says what is wrong with it.
 *
 * @throws the signal's reason where it is aborted
 */
export async function preparePhoto(
  file: Blob,
  { shortSide = 448, signal }: PrepareOptions = {},
): Promise<PreparedPhoto> {
  signal?.throwIfAborted();
  if (file.size <= smallBytes && readTypes.includes(file.type)) {
    return { blob: file, isReduced: false };
  }
  // Browsers turn it as EXIF says (HTML, imageOrientation "from-image", the default).
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  signal?.throwIfAborted();
  if (bitmap === undefined) return { blob: file, isReduced: false };
  const blob = await draw(bitmap, shortSide).finally(() => bitmap.close());
  signal?.throwIfAborted();
  return blob === null || (blob.size >= file.size && readTypes.includes(file.type))
    ? { blob: file, isReduced: false }
    : { blob, isReduced: true };
}

async function draw(bitmap: ImageBitmap, shortSide: number): Promise<Blob | null> {
  const scale = Math.min(1, shortSide / Math.min(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.imageSmoothingQuality = 'high';
  // What is transparent becomes white, as Petal does it.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
}
