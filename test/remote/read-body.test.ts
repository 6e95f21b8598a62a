import { expect, test } from 'vitest';
import { readBody } from '../../src/remote/read-body.ts';

test('never takes a part for the whole when it is told to stop', async () => {
  const abort = new AbortController();
  const body = new ReadableStream({
    type: 'bytes',
    start: (controller) => controller.enqueue(new Uint8Array(10)),
    pull: () => abort.abort(),
  });
  const outcome = readBody(body, { maxBytes: 100, signal: abort.signal });
  await expect(outcome).rejects.toMatchObject({ facts: { reason: 'interrupted' } });
});

test('keeps no more memory than the limit, and reads bodies of all lengths', async () => {
  const { signal } = new AbortController();
  for (const length of [0, 1, 262_144, 262_145, 1_000_000, 1_100_000]) {
    const sent = new Uint8Array(length).fill(7);
    const body = new Response(sent).body ?? new ReadableStream();
    const bytes = await readBody(body, { maxBytes: 1_100_000, signal });
    expect(bytes.length).toBe(length);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    expect(bytes.buffer.byteLength).toBeLessThanOrEqual(1_100_000);
  }
});
