import { AppError } from '../errors.ts';
import type { Lease } from './waiting-room.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
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

/**
 * Reads a body of up to `maxBytes`, whatever its Content-Length says, and keeps
 * no more than that. What it keeps, it holds in the lease first.
 *
 * @returns bytes that the caller frees with {@link releaseBody}
 * @throws AppError `payload-too-large`, `upload-interrupted`, `upload-too-slow`, `overloaded`
 */
export async function readBody(
  request: Request,
  { maxBytes, timeoutMs }: BodyLimits,
  lease: Lease,
): Promise<Uint8Array> {
  const declaredBytes = Number(request.headers.get('Content-Length') ?? 0);
  if (declaredBytes > drainedLimits * maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array(0);

  // Grows as the body comes: memory is not handed out on a client's word.
  const first = Math.min(Math.max(declaredBytes, 1), maxBytes, firstBytes);
  await lease.hold(first);
  let bytes = new Uint8Array(first);
  let length = 0;
  for await (const chunk of chunksOf(request.body, timeoutMs)) {
    const end = length + chunk.length;
    if (end > drainedLimits * maxBytes) throw tooLarge(maxBytes);
    if (end > maxBytes) {
      bytes = new Uint8Array(0);
    } else {
      if (end > bytes.length) {
        const isBelieved = end >= believedShare * declaredBytes && end <= declaredBytes;
        const wanted = isBelieved ? declaredBytes : Math.max(end, growth * length);
        const size = Math.min(wanted, maxBytes);
        await lease.hold(size);
        // Unlike a copy, this gives the former memory back at once.
        bytes = new Uint8Array(bytes.buffer.transfer(size));
      }
      bytes.set(chunk, length);
    }
    length = end;
    lease.renew();
  }
  if (length > maxBytes) throw tooLarge(maxBytes);
  return bytes.subarray(0, length);
}

/**
 * The chunks of a body, each valid until the next: all are read into the same
 * memory, so that a body leaves none of its own size to be collected. A client
 * that goes away meanwhile is no failure of ours.
 */
async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  timeoutMs: number,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader({ mode: 'byob' });
  let buffer = new ArrayBuffer(chunkBytes);
  let isEnded = false;
  let isLate = false;
  // Cancelling ends the read that is waiting.
  const timer = setTimeout(() => {
    isLate = true;
    void reader.cancel().catch(() => undefined);
  }, timeoutMs);
  try {
    while (!isEnded) {
      const { done, value } = await readChunk(reader, buffer).catch((cause: unknown) => {
        isEnded = true;
        throw isLate
          ? tooSlow(timeoutMs)
          : new AppError(
              'upload-interrupted',
              'The connection broke off before the photo was there.',
              { cause },
            );
      });
      if (isLate) throw tooSlow(timeoutMs);
      isEnded = done;
      if (value === undefined) break;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    clearTimeout(timer);
    // Of a body that is too large, the rest is not wanted.
    if (!isEnded && !isLate) await reader.cancel();
  }
}

/** @param buffer belongs to the reader until it is part of the answer */
function readChunk(
  reader: ReadableStreamBYOBReader,
  buffer: ArrayBuffer,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  return reader.read(new Uint8Array(buffer));
}

/** Gives memory back at once, instead of when it is collected. All views of it become empty. */
export function releaseBody(bytes: Uint8Array): void {
  if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
}

function tooLarge(limitBytes: number): AppError {
  return new AppError(
    'payload-too-large',
    `The request is larger than ${limitBytes / 1e6} MB. Reduce the photo: a side of 1000 pixels is plenty.`,
    { facts: { limitBytes } },
  );
}

function tooSlow(timeoutMs: number): AppError {
  return new AppError(
    'upload-too-slow',
    `The body did not arrive within ${timeoutMs / 1000} seconds. Reduce the photo first: a side of 1000 pixels is plenty.`,
  );
}
