import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { classifyAnswer, healthAnswer, problemAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { neverSent } from '../support/never-sent.ts';

const daisy = inject('validPhotos').find(({ name }) => name === 'daisy.jpg');
const photo = new Uint8Array(Buffer.from(daisy?.base64 ?? '', 'base64'));

let worker: Petal;

beforeAll(async () => {
  worker = await startPetal({ bundle: inject('bundle') });
});
afterAll(async () => {
  await worker.dispose();
});

async function classify(body: BodyInit, init: RequestInit = {}): Promise<Response> {
  const url = new URL('/v1/classify', worker.url);
  return await fetch(url, { method: 'POST', body, ...init });
}

async function expectGoodAnswer(): Promise<void> {
  const response = await classify(neverSent(photo));
  expect(classifyAnswer.parse(await response.json()).predictions).toHaveLength(5);
}

describe('the bundled Worker over real connections', () => {
  test('answers the very first request of a fresh process', async () => {
    await expectGoodAnswer();
  });

  test('keeps serving others while the first client of a fresh process goes away', async () => {
    const fresh = await startPetal({ bundle: inject('bundle') });
    const { hostname, port } = fresh.url;
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`POST /v1/classify HTTP/1.1\r\nHost: petal\r\nContent-Length: 1000\r\n\r\nhalf`);
    const answers = [1, 2, 3].map(() =>
      fetch(new URL('/v1/classify', fresh.url), { method: 'POST', body: photo }),
    );
    socket.destroy();
    for (const response of await Promise.all(answers)) {
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }
    await fresh.dispose();
  });

  test('survives clients that go away in the middle of a photo', async () => {
    for (let i = 0; i < 10; i++) {
      const abort = new AbortController();
      let sentBytes = 0;
      const tooLong = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (i % 2 === 0) abort.abort();
          if (sentBytes > 30_000_000) controller.close();
          else controller.enqueue(new Uint8Array(500_000));
          sentBytes += 500_000;
          // Lets the answer in between two chunks.
          await setTimeout(1);
        },
      });
      const init = { duplex: 'half', signal: abort.signal } as RequestInit;
      const outcome = classify(tooLong, init).then(async (response) => {
        await response.body?.cancel();
        return response.status;
      });
      if (i % 2 === 0) await expect(outcome).rejects.toThrow();
      else expect(await outcome.catch(() => 413)).toBe(413);
    }
    await expectGoodAnswer();
    const health = await fetch(new URL('/healthz', worker.url));
    expect(healthAnswer.parse(await health.json()).tensorCount).toBe(2);
  });

  test('answers a photo that comes in chunks, without a Content-Length', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < photo.length; at += 1000) {
          controller.enqueue(photo.subarray(at, at + 1000));
        }
        controller.close();
      },
    });
    const response = await classify(chunks, { duplex: 'half' } as RequestInit);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test('tells a client that sends too much so, over the connection that it sends on', async () => {
    const response = await classify(new Uint8Array(24_000_000));
    expect(problemAnswer.parse(await response.json()).code).toBe('payload-too-large');
    await expectGoodAnswer();
  });

  test('reads the rest of a small body that it refuses, and keeps the connection', async () => {
    const { hostname, port, host } = worker.url;
    const socket = connect(Number(port), hostname);
    const ended = once(socket, 'close');
    const body = Buffer.alloc(60_000);
    socket.write(
      `POST /v1/classify?top_k=0 HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 30_000));
    // Long enough for an answer that doesn't wait for the rest.
    await setTimeout(300);
    socket.write(body.subarray(30_000));
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    let answers = '';
    socket.on('data', (chunk) => {
      answers += chunk;
    });
    await ended;
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200']);
  });

  test('takes its limits from the variables of the deployment', async () => {
    const strict = await startPetal({
      bundle: inject('bundle'),
      bindings: { PETAL_MAX_UPLOAD_MB: '1', PETAL_MAX_DECODE_MB: '1' },
    });
    const url = new URL('/v1/classify', strict.url);
    const many = inject('invalidPhotos').find(({ name }) => name === 'mostly-missing.jpg');
    const small = await fetch(url, {
      method: 'POST',
      body: Buffer.from(many?.base64 ?? '', 'base64'),
    });
    expect(problemAnswer.parse(await small.json()).code).toBe('image-too-large');
    const large = await fetch(url, { method: 'POST', body: new Uint8Array(1_000_001) });
    expect(problemAnswer.parse(await large.json())).toMatchObject({ limitBytes: 1_000_000 });
    await strict.dispose();
  });
});
