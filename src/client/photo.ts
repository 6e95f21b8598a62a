/** A photo: its file in any form that a page or Node.js has it in, or where Petal itself finds it. */
export type Photo =
  | Blob
  | ArrayBuffer
  | Uint8Array
  /** The https address of a photo, for a Petal that is allowed to fetch photos. */
  | { readonly url: string };

/** What a form adds to each of its files: a boundary, headers and a name. */
const partBytes = 512;

/** Photos that one request can hold, all of them files or all of them addresses. */
export interface Batch {
  readonly photos: readonly Photo[];
  /** Where each of them stands in the list that was split. */
  readonly places: readonly number[];
}

export interface BatchLimits {
  readonly maxPhotos: number;
  /** Of a request. */
  readonly maxBytes: number;
}

/**
 * Splits a list into requests, keeping its order within each kind. A file that
 * is too large by itself gets a request of its own, for Petal to refuse.
 */
export function splitPhotos(
  photos: readonly Photo[],
  { maxPhotos, maxBytes }: BatchLimits,
): Batch[] {
  const batches: { photos: Photo[]; places: number[]; isRemote: boolean; bytes: number }[] = [];
  for (const [place, photo] of photos.entries()) {
    const isRemote = 'url' in photo;
    const bytes = partBytes + byteLength(photo);
    const last = batches.findLast((batch) => batch.isRemote === isRemote);
    if (last === undefined || last.photos.length === maxPhotos || last.bytes + bytes > maxBytes) {
      batches.push({ photos: [photo], places: [place], isRemote, bytes });
    } else {
      last.photos.push(photo);
      last.places.push(place);
      last.bytes += bytes;
    }
  }
  return batches;
}

function byteLength(photo: Photo): number {
  if (photo instanceof Blob) return photo.size;
  return 'url' in photo ? new TextEncoder().encode(photo.url).length : photo.byteLength;
}

/**
 * Photos of one kind as the body of a request.
 *
 * Files go as a form, which pages of other origins may send without asking the
 * server first (Fetch, 3.2.2: a preflight).
 */
export function bodyOf(photos: readonly Photo[]): {
  body: BodyInit;
  headers: Record<string, string>;
} {
  const form = new FormData();
  const addresses: { url: string }[] = [];
  for (const photo of photos) {
    if (photo instanceof Blob) form.append('image', photo, 'photo');
    else if ('url' in photo) addresses.push({ url: photo.url });
    else form.append('image', new Blob([photo as BlobPart]), 'photo');
  }
  if (addresses.length === 0) return { body: form, headers: {} };
  const [first] = addresses;
  return {
    body: JSON.stringify(addresses.length === 1 ? first : { images: addresses }),
    headers: { 'Content-Type': 'application/json' },
  };
}
