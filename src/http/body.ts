import { AppError } from '../errors.ts';
import type { Lease } from './waiting-room.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** What to do about a body that is too large; photos are sent, unless said otherwise. */
  readonly advice?: string;
}

const photoAdvice = 'Reduce the photo: a side of 1000 pixels is plenty.';

/**
 * A body over the limit is read on, and thrown away, up to this many times the
 * limit: a client that is still sending would otherwise find the connection
 * closed instead of the answer that says why (RFC 9112, 9.6).
 */
const drainedLimits = 4;

/** What is set aside for a body at first, so that those who send nothing hold next to nothing. */
const firstBytes = 65_536;

/** By how much it grows. */
const growth = 4;

/** A client that has sent this share of what it declared is believed the rest. */
const believedShare = 0.2;

/** What is read at once. */
const chunkBytes = 65_536;

/** After this time a body must have come at the minimum rate, or it holds a place that others need. */
const graceMs = 10_000;

/** In bytes a second, on the average: well below what a poor mobile connection has. */
const minRate = 2000;

/** How often a body that is awaited is looked after. */
const tickMs = 1000;

/**
 * Reads a body of up to `maxBytes`, whatever its Content-Length says, and keeps
 * no more than that. What it keeps, it holds in the lease first.
 *
 * @returns bytes that the caller frees with {@link releaseBody}
 * @throws AppError `payload-too-large`, `upload-interrupted`, `upload-too-slow`, `overloaded`
 */
export async function readBody(
  request: Request,
  { maxBytes, timeoutMs, advice = photoAdvice }: BodyLimits,
  lease: Lease,
): Promise<Uint8Array<ArrayBuffer>> {
  const declaredBytes = Number(request.headers.get('Content-Length') ?? 0);
  if (declaredBytes > drainedLimits * maxBytes) throw tooLarge(maxBytes, advice);
  if (request.body === null) return new Uint8Array(0);

  // Grows as the body comes: memory is not handed out on a client's word.
  let isKept = declaredBytes <= maxBytes;
  const first = isKept ? Math.min(Math.max(declaredBytes, 1), maxBytes, firstBytes) : 0;
  await lease.hold(first);
  let bytes = new Uint8Array(first);
  let length = 0;
  for await (const chunk of chunksOf(request.body, timeoutMs, () => lease.renew())) {
    const end = length + chunk.length;
    if (end > drainedLimits * maxBytes) throw tooLarge(maxBytes, advice);
    if (isKept && end > maxBytes) {
      isKept = false;
      releaseBody(bytes);
      await lease.hold(0);
    }
    if (isKept) {
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
  if (length > maxBytes) throw tooLarge(maxBytes, advice);
  return bytes.subarray(0, length);
}

/**
 * The chunks of a body, each valid until the next: all are read into the same
 * memory, so that a body leaves none of its own size to be collected. A client
 * that goes away meanwhile is no failure of ours.
 *
 * Only the time that is spent waiting for the client counts against it.
 *
 * @param onTick called again and again while the client is waited for, as long as it is there
 */
async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  timeoutMs: number,
  onTick: () => void,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader({ mode: 'byob' });
  let buffer = new ArrayBuffer(chunkBytes);
  let isEnded = false;
  let isReading = false;
  let length = 0;
  let waitedMs = 0;
  let late: AppError | undefined;
  const timer = setInterval(() => {
    if (!isReading) return;
    onTick();
    waitedMs += tickMs;
    if (waitedMs >= timeoutMs) late = tooSlow(timeoutMs);
    else if (waitedMs >= graceMs && length < (minRate * waitedMs) / 1000) late = tooSlow(waitedMs);
    // Cancelling ends the read that is waiting.
    if (late !== undefined) void reader.cancel().catch(() => undefined);
  }, tickMs);
  try {
    while (!isEnded) {
      isReading = true;
      const { done, value } = await readChunk(reader, buffer).catch((cause: unknown) => {
        isEnded = true;
        throw (
          late ??
          new AppError(
            'upload-interrupted',
            'The connection broke off before the photo was there.',
            { cause },
          )
        );
      });
      isReading = false;
      if (late !== undefined) throw late;
      isEnded = done;
      if (value === undefined) break;
      length += value.length;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    clearInterval(timer);
    // Of a body that is too large, the rest is not wanted.
    if (!isEnded && late === undefined) await reader.cancel();
  }
}

/** @param buffer belongs to the reader until it is part of the answer */
function readChunk(
  reader: ReadableStreamBYOBReader,
  buffer: ArrayBuffer,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  return reader.read(new Uint8Array(buffer));
}

/**
 * Gives memory back at once, instead of when it is collected. All views of it
 * become empty. More than once does nothing.
 */
export function releaseBody({ buffer }: Uint8Array | Float32Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

function tooLarge(limitBytes: number, advice: string): AppError {
  return new AppError(
    'payload-too-large',
    `The request is larger than ${limitBytes / 1e6} MB. ${advice}`,
    { facts: { limitBytes } },
  );
}

/** @param waitedMs for how long */
function tooSlow(waitedMs: number): AppError {
  return new AppError(
    'upload-too-slow',
    `After ${waitedMs / 1000} seconds too little of the body is here. Reduce the photo first: a side of 1000 pixels is plenty.`,
  );
}
