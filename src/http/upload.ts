import { AppError } from '../errors.ts';
import { photoField, photoOfForm } from './form.ts';

/**
 * Reads the photo out of a request: the body itself, or the one file of a
 * form. A declared media type decides only between these two; what the photo
 * is, its bytes tell.
 *
 * @param maxBytes the largest body, form included
 * @throws AppError `empty-body`, `payload-too-large`, `invalid-multipart`, `upload-interrupted`
 */
export async function readPhoto(request: Request, maxBytes: number): Promise<Uint8Array> {
  const body = await readBody(request, maxBytes);
  const mediaType = request.headers.get('Content-Type') ?? '';
  const photo =
    /^multipart\/form-data\b/i.test(mediaType) && body.length > 0
      ? photoOfForm(body, mediaType)
      : body;
  if (photo.length === 0) {
    throw new AppError(
      'empty-body',
      `The request holds no photo, or one of 0 bytes. Send the photo's bytes as the body, or a form with the photo in the field "${photoField}".`,
    );
  }
  return photo;
}

/**
 * A body over the limit is read on, and thrown away, up to this many times the
 * limit: a client that is still sending would otherwise find the connection
 * closed instead of the answer that says why (RFC 9112, 9.6).
 */
const drainedLimits = 4;

/** What is set aside for a body at first; enough for most photos from forms. */
const firstBytes = 1_000_000;

/** By how much it grows. */
const growth = 4;

/** A client that has sent this share of what it declared is believed the rest. */
const believedShare = 0.2;

/** What is read at once. */
const chunkBytes = 65_536;

/** Reads a body of up to `maxBytes`, whatever its Content-Length says, and keeps no more than that. */
async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declaredBytes = Number(request.headers.get('Content-Length') ?? 0);
  if (declaredBytes > drainedLimits * maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array(0);

  // Grows as the body comes: memory is not handed out on a client's word.
  let bytes = new Uint8Array(Math.min(Math.max(declaredBytes, 1), maxBytes, firstBytes));
  let length = 0;
  for await (const chunk of chunksOf(request.body)) {
    const end = length + chunk.length;
    if (end > drainedLimits * maxBytes) throw tooLarge(maxBytes);
    if (end > maxBytes) {
      bytes = new Uint8Array(0);
    } else {
      if (end > bytes.length) {
        const isBelieved = end >= believedShare * declaredBytes && end <= declaredBytes;
        const wanted = isBelieved ? declaredBytes : Math.max(end, growth * length);
        // Unlike a copy, this gives the former memory back at once.
        bytes = new Uint8Array(bytes.buffer.transfer(Math.min(wanted, maxBytes)));
      }
      bytes.set(chunk, length);
    }
    length = end;
  }
  if (length > maxBytes) throw tooLarge(maxBytes);
  return bytes.subarray(0, length);
}

/**
 * The chunks of a body, each valid until the next: all are read into the same
 * memory, so that a body leaves none of its own size to be collected. A client
 * that goes away meanwhile is no failure of ours.
 */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader({ mode: 'byob' });
  let buffer = new ArrayBuffer(chunkBytes);
  let isEnded = false;
  try {
    while (!isEnded) {
      const { done, value } = await readChunk(reader, buffer).catch((cause: unknown) => {
        isEnded = true;
        throw new AppError(
          'upload-interrupted',
          'The connection broke off before the photo was there.',
          { cause },
        );
      });
      isEnded = done;
      if (value === undefined) break;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    // Of a body that is too large, the rest is not wanted.
    if (!isEnded) await reader.cancel();
  }
}

/** @param buffer belongs to the reader until it is part of the answer */
function readChunk(
  reader: ReadableStreamBYOBReader,
  buffer: ArrayBuffer,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  return reader.read(new Uint8Array(buffer));
}

/** Gives the memory of what {@link readPhoto} returned back, instead of waiting until it is collected. */
export function releasePhoto(photo: Uint8Array): void {
  if (photo.buffer instanceof ArrayBuffer) photo.buffer.transfer(0);
}

function tooLarge(limitBytes: number): AppError {
  return new AppError(
    'payload-too-large',
    `The request is larger than ${limitBytes / 1e6} MB. Reduce the photo: a side of 1000 pixels is plenty.`,
    { facts: { limitBytes } },
  );
}
