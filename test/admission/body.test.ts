import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { readBody } from '../../src/http/body.ts';
import type { Lease } from '../../src/http/waiting-room.ts';

const limits = { maxBytes: 1_000_000, timeoutMs: 60_000 };

/** A client that sends so many bytes each second, up to so many in all. */
function bodyAt(bytesPerSecond: number, totalBytes: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const length = Math.min(bytesPerSecond, totalBytes - sent);
      sent += length;
      if (length > 0) controller.enqueue(new Uint8Array(length).fill(7));
      else {
        controller.close();
        controller.byobRequest?.respond(0);
      }
    },
  });
}

function requestWith(body: ReadableStream<Uint8Array>, declaredBytes?: number): Request {
  const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
  const request = new Request('http://petal.test', init);
  if (declaredBytes !== undefined) request.headers.set('Content-Length', String(declaredBytes));
  return request;
}

/** Writes down what is held; each further hold takes so long. */
function recordingLease(holdMs = 0) {
  const held: number[] = [];
  let renewals = 0;
  const lease: Lease = {
    renew: () => {
      renewals += 1;
    },
    hold: async (bytes) => {
      held.push(bytes);
      if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
    },
    leave: () => undefined,
  };
  return { lease, held, renewals: () => renewals };
}

async function outcomeOf(reading: Promise<Uint8Array>): Promise<number | string> {
  const outcome = reading.then(
    (bytes) => bytes.length,
    (error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)),
  );
  await vi.advanceTimersByTimeAsync(120_000);
  return await outcome;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('readBody', () => {
  test('gives a body up that drips a byte a second', async () => {
    const { lease } = recordingLease();
    const start = Date.now();
    const reading = readBody(requestWith(bodyAt(1, 1000)), limits, lease);
    const until = reading.catch(() => Date.now() - start);
    expect(await outcomeOf(reading)).toBe('upload-too-slow');
    expect(await until).toBeLessThanOrEqual(12_000);
  });

  test('waits for a body that comes slowly, but comes', async () => {
    const { lease } = recordingLease();
    const reading = readBody(requestWith(bodyAt(3000, 150_000)), limits, lease);
    expect(await outcomeOf(reading)).toBe(150_000);
  });

  test('waits no longer than the timeout, however much has come', async () => {
    const { lease } = recordingLease();
    const reading = readBody(requestWith(bodyAt(3000, 900_000)), limits, lease);
    expect(await outcomeOf(reading)).toBe('upload-too-slow');
  });

  test('does not hold it against a client that Petal itself was busy', async () => {
    const { lease } = recordingLease(9000);
    const reading = readBody(requestWith(bodyAt(70_000, 300_000)), limits, lease);
    expect(await outcomeOf(reading)).toBe(300_000);
  });

  test('says every second that a client it waits for is still there', async () => {
    const { lease, renewals } = recordingLease();
    const silent = new ReadableStream<Uint8Array>({
      type: 'bytes',
      pull: () => new Promise(() => undefined),
    });
    expect(await outcomeOf(readBody(requestWith(silent), limits, lease))).toBe('upload-too-slow');
    expect(renewals()).toBeGreaterThanOrEqual(9);
  });

  test('holds next to nothing for who declares much and sends nothing', async () => {
    const { lease, held } = recordingLease();
    const reading = readBody(requestWith(bodyAt(1, 1000), 1_000_000), limits, lease);
    expect(await outcomeOf(reading)).toBe('upload-too-slow');
    expect(Math.max(...held)).toBeLessThanOrEqual(65_536);
  });

  test('holds nothing of a body that is too large', async () => {
    const declared = recordingLease();
    const honest = requestWith(bodyAt(500_000, 1_500_000), 1_500_000);
    expect(await outcomeOf(readBody(honest, limits, declared.lease))).toBe('payload-too-large');
    expect(declared.held).toEqual([0]);
    const silent = recordingLease();
    const reading = readBody(requestWith(bodyAt(500_000, 1_500_000)), limits, silent.lease);
    expect(await outcomeOf(reading)).toBe('payload-too-large');
    expect(silent.held.at(-1)).toBe(0);
  });
});
