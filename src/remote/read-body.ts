import { remoteRefusal } from './refusal.ts';

export interface BodyLimits {
  /** Most bytes, as they come out of whatever coding the server applied. */
  readonly maxBytes: number;
  /** Stops the reading. */
  readonly signal: AbortSignal;
  /** Told how much memory the body is about to take in all; may have it wait, or refuse it. */
  readonly hold?: ((bytes: number) => Promise<void>) | undefined;
}

/** What is set aside for a body at first; it grows as the body comes. */
const firstBytes = 262_144;

/** By how much it grows. */
const growth = 4;

/** What is read at once. */
const chunkBytes = 65_536;

/**
 * Reads the body of an answer, counting what comes out of it: a Content-Length
 * may lie, and of a compressed body it says nothing. A body that isn't read to
 * its end is cancelled.
 *
 * @throws AppError `remote-fetch-failed` with the reason `too-large` or `interrupted`
 */
export async function readBody(
  body: ReadableStream<Uint8Array>,
  { maxBytes, signal, hold }: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const first = Math.min(firstBytes, maxBytes);
  await hold?.(first);
  let bytes = new Uint8Array(first);
  let length = 0;
  for await (const chunk of chunksOf(body, signal)) {
    const end = length + chunk.length;
    if (end > maxBytes) throw remoteRefusal('too-large', { facts: { limitBytes: maxBytes } });
    if (end > bytes.length) {
      const wanted = Math.min(Math.max(end, growth * bytes.length), maxBytes);
      await hold?.(wanted);
      // Unlike a copy, this gives the former memory back at once.
      bytes = new Uint8Array(bytes.buffer.transfer(wanted));
    }
    bytes.set(chunk, length);
    length = end;
  }
  return bytes.subarray(0, length);
}

/**
 * The chunks of a body, each valid until the next: all are read into the same
 * memory, so that a body leaves none of its own size to be collected.
 */
async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader({ mode: 'byob' });
  // Not every runtime lets a fetch's signal end what is read afterwards.
  const stop = (): Promise<void> => reader.cancel().catch(ignoreBroken);
  signal.addEventListener('abort', stop);
  try {
    for (let buffer = new ArrayBuffer(chunkBytes); ; ) {
      const { done, value } = await reader.read(new Uint8Array(buffer)).catch((cause: unknown) => {
        throw remoteRefusal('interrupted', { cause });
      });
      if (signal.aborted) throw remoteRefusal('interrupted', { cause: signal.reason });
      if (done) return;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await stop();
  }
}

/** Lets go of an answer that is not wanted, and of its connection. */
export async function discardBody({ body }: Response): Promise<void> {
  await body?.cancel().catch(ignoreBroken);
}

/** A body that can't be cancelled because its connection broke needs no cancelling. */
function ignoreBroken(): void {}
