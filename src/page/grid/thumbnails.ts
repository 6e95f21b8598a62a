/** A small picture of a photo: the square in its middle, which is what the network looks at. */
export interface Thumbnail {
  /** JPEG, {@link thumbnailSide} pixels wide and high. */
  readonly blob: Blob;
  /** Of the blob; good until the {@link Thumbnails} let it go. */
  readonly url: string;
}

/** In pixels: enough for a tile of 200 on a dense screen, and about 20 kB. */
const thumbnailSide = 336;

const quality = 0.8;

/** Small pictures of photos, each made once. What is held are a few kilobytes a photo, never a decoded one. */
export class Thumbnails<Key> {
  readonly #made = new Map<Key, Thumbnail>();

  /**
   * @param key by which the photo is known
   * @returns undefined where the browser can't read the file
   */
  async make(key: Key, file: Blob): Promise<Thumbnail | undefined> {
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const blob = await drawThumbnail(file);
    if (blob === undefined) return undefined;
    const thumbnail = { blob, url: URL.createObjectURL(blob) };
    this.#made.set(key, thumbnail);
    return thumbnail;
  }

  /** Those that are there already. */
  get(key: Key): Thumbnail | undefined {
    return this.#made.get(key);
  }

  /** Lets go of all other pictures. */
  keep(keys: readonly Key[]): void {
    const kept = new Set(keys);
    for (const [key, { url }] of this.#made) {
      if (kept.has(key)) continue;
      URL.revokeObjectURL(url);
      this.#made.delete(key);
    }
  }
}

async function drawThumbnail(file: Blob): Promise<Blob | undefined> {
  // The browser keeps the proportions, turns the photo as EXIF says, and never hands out all its pixels.
  const bitmap = await createImageBitmap(file, {
    resizeWidth: 2 * thumbnailSide,
    resizeQuality: 'medium',
  }).catch(() => undefined);
  if (bitmap === undefined) return undefined;
  const canvas = document.createElement('canvas');
  canvas.width = thumbnailSide;
  canvas.height = thumbnailSide;
  const context = canvas.getContext('2d');
  const side = Math.min(bitmap.width, bitmap.height);
  if (context !== null) {
    context.imageSmoothingQuality = 'high';
    // What is transparent becomes white, as Petal does it.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, thumbnailSide, thumbnailSide);
    const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    context.drawImage(bitmap, x, y, side, side, 0, 0, thumbnailSide, thumbnailSide);
  }
  bitmap.close();
  const blob = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, 'image/jpeg', quality),
  );
  return blob ?? undefined;
}
