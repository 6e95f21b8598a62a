/** The same code where it will run: in workerd, with an internet made of one Node.js handler. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RemoteLimits } from '../../src/remote/fetch-photo.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { send, serve } from '../model/loopback-server.ts';

const photo = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
const sum = photo.reduce((total, byte) => total + byte, 0);
const limits: RemoteLimits = { maxBytes: 1_000_000, timeoutMs: 30_000, maxRedirects: 3 };

/** One handler at a time answers photos.example.com. */
type Server = (request: IncomingMessage, response: ServerResponse) => void;

const addresses: Record<string, string> = {
  'photos.example.com': '93.184.215.14',
  'intranet.example.com': '10.0.0.7',
};

let photoServer: Server;
let folder: string;
let worker: Petal;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petal-remote-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'worker.ts')],
    bundle: true,
    format: 'esm',
    outfile: join(folder, 'worker.js'),
  });
  worker = await startPetal({ bundle: folder, outbound: { node: answer } });
});
afterAll(async () => {
  await worker.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The whole internet: a resolver and a server of photos. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', `https://${request.headers.host}`);
  if (url.hostname === 'resolver.example.net') {
    const address = addresses[url.searchParams.get('name') ?? ''];
    const isKnown = address !== undefined && url.searchParams.get('type') === 'A';
    response.end(
      JSON.stringify({ Status: 0, ...(isKnown ? { Answer: [{ type: 1, data: address }] } : {}) }),
    );
  } else {
    photoServer(request, response);
  }
}

async function fetchFrom(
  server: Server,
  some: Partial<RemoteLimits> = {},
  photoUrl = 'https://photos.example.com/a.jpg',
): Promise<unknown> {
  photoServer = server;
  const url = new URL('/', worker.url);
  url.searchParams.set('photo', photoUrl);
  url.searchParams.set('limits', JSON.stringify({ ...limits, ...some }));
  const response = await fetch(url);
  return await response.json();
}

describe('in workerd, a photo', () => {
  test('comes as it is, asked for with no header that would tell of anybody', async () => {
    let headers: IncomingHttpHeaders = {};
    const outcome = await fetchFrom((request, response) => {
      headers = request.headers;
      response.end(photo);
    });
    expect(outcome).toEqual({ byteCount: photo.length, sum });
    expect(headers).toMatchObject({
      host: 'photos.example.com',
      accept: 'image/jpeg, image/png',
      'accept-encoding': 'identity',
      'user-agent': 'Petal (image classifier)',
    });
    const telling = /cookie|auth|referer|origin|forwarded|^via|^x-real|client|api-key/i;
    expect(Object.keys(headers).filter((name) => telling.test(name))).toEqual([]);
  });

  test('comes after redirects, and inflated', async () => {
    const outcome = await fetchFrom((request, response) => {
      if (request.url === '/a.jpg') response.writeHead(302, { location: 'b/c.jpg' }).end('moved');
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(photo));
    });
    expect(outcome).toEqual({ byteCount: photo.length, sum });
  });

  test('is not fetched from a name that leads to a private address', async () => {
    let requests = 0;
    const count: Server = (_, response) => {
      requests++;
      response.writeHead(302, { location: 'https://intranet.example.com/' }).end();
    };
    const direct = await fetchFrom(count, {}, 'https://intranet.example.com/a.jpg');
    expect(direct).toEqual({ reason: 'not-public-address' });
    expect(await fetchFrom(count)).toEqual({ reason: 'not-public-address', redirects: 1 });
    expect(requests).toBe(1);
  });
});

describe('in workerd, a body that has no good end', () => {
  const tooLarge = { reason: 'too-large', limitBytes: limits.maxBytes };

  test('is stopped at the limit if it has none at all', async () => {
    const end = Promise.withResolvers<void>();
    const outcome = await fetchFrom((_, response) => {
      const sendMore = (): void => {
        while (!response.destroyed && response.write(photo));
      };
      response.on('close', end.resolve).on('drain', sendMore);
      sendMore();
    });
    expect(outcome).toEqual(tooLarge);
    await end.promise;
  });

  test('is stopped at the limit if it inflates: 10 MB of gzip that hold 10 GB', async () => {
    // A gzip file may have several members (RFC 1952, 2.2).
    const bomb = Buffer.concat(Array(1000).fill(gzipSync(new Uint8Array(10_000_000))));
    const end = Promise.withResolvers<void>();
    const outcome = await fetchFrom((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).on('close', end.resolve).end(bomb);
    });
    expect(outcome).toEqual(tooLarge);
    await end.promise;
  });

  test('is refused by its Content-Length', async () => {
    const end = Promise.withResolvers<void>();
    const outcome = await fetchFrom((_, response) => {
      response.writeHead(200, { 'content-length': 1_000_001 }).on('close', end.resolve);
      response.flushHeaders();
    });
    expect(outcome).toEqual(tooLarge);
    await end.promise;
  });

  test('is given up if it comes drop by drop', async () => {
    const end = Promise.withResolvers<void>();
    const outcome = await fetchFrom(
      (_, response) => {
        const timer = setInterval(() => response.write('a'), 5);
        response.on('close', () => {
          clearInterval(timer);
          end.resolve();
        });
      },
      { timeoutMs: 200 },
    );
    expect(outcome).toEqual({ reason: 'timeout', limitMs: 200 });
    await end.promise;
  });

  test('is given up if there is no answer', async () => {
    const end = Promise.withResolvers<void>();
    const outcome = await fetchFrom((_, response) => response.on('close', end.resolve), {
      timeoutMs: 200,
    });
    expect(outcome).toEqual({ reason: 'timeout', limitMs: 200 });
    await end.promise;
  });

  test('is refused if the connection breaks off', async () => {
    const outcome = await fetchFrom((_, response) => {
      response.writeHead(200, { 'content-length': photo.length });
      response.write(photo.subarray(0, 1000), () => response.destroy());
    });
    expect(outcome).toEqual({ reason: 'interrupted' });
  });
});

test('a Worker on this machine reaches no private addresses', async () => {
  const server = await serve({ '/secret': send(photo) });
  const lonely = await startPetal({ bundle: folder });
  try {
    const { port } = new URL(server.url('/'));
    for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]']) {
      const url = new URL('/', lonely.url);
      url.searchParams.set('direct', `http://${host}:${port}/secret`);
      const response = await fetch(url);
      expect(response.status).toBe(500);
      await response.body?.cancel();
    }
    expect(server.requests('/secret')).toBe(0);
  } finally {
    await lonely.dispose();
  }
});
