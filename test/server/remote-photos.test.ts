import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { classifyAnswer, classifyResults, problemAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));

/** Addresses of names, as the resolver tells them. */
const addresses: Record<string, string> = {
  'photos.example.com': '93.184.215.14',
  'intranet.example.com': '10.0.0.7',
};

/** The whole internet: a resolver, and a server of photos. */
function internet(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'https://photos.example.com');
  if (pathname === '/dns-query') {
    const address = addresses[searchParams.get('name') ?? ''];
    const isKnown = address !== undefined && searchParams.get('type') === 'A';
    const answer = { Status: 0, ...(isKnown ? { Answer: [{ type: 1, data: address }] } : {}) };
    response.end(JSON.stringify(answer));
  } else if (pathname === '/daisy.jpg') response.end(daisy);
  else if (pathname === '/redirect') response.writeHead(302, { Location: '/daisy.jpg' }).end();
  else if (pathname === '/inwards') {
    response.writeHead(302, { Location: 'https://127.0.0.1/' }).end();
  } else if (pathname === '/endless') {
    const send = (): void => {
      while (response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', send);
    send();
  } else if (pathname === '/never') response.writeHead(200).write('x');
  else response.writeHead(404).end();
}

describe('a Petal that fetches photos', () => {
  let petal: Petal;
  beforeAll(async () => {
    petal = await startPetal({
      bundle: inject('bundle'),
      bindings: {
        PETAL_REMOTE_URLS: 'on',
        PETAL_REMOTE_TIMEOUT_SECONDS: '2',
        PETAL_MAX_UPLOAD_MB: '1',
      },
      outbound: { node: internet },
    });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  function post(body: unknown, path = '/v1/classify'): Promise<Response> {
    return petal.fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    });
  }

  test.for(['/daisy.jpg', '/redirect'])('answers the photo at %s as its bytes', async (path) => {
    const response = await post({ url: `https://photos.example.com${path}`, top_k: 2 });
    const sent = await petal.fetch('/v1/classify?top_k=2', { method: 'POST', body: daisy });
    expect(classifyAnswer.parse(await response.json())).toEqual(await sent.json());
    expect(response.headers.get('ETag')).toBe(sent.headers.get('ETag'));
  });

  test.for([
    ['https://intranet.example.com/daisy.jpg', 'not-public-address'],
    ['https://photos.example.com/inwards', 'not-public-address'],
    ['https://2130706433/', 'not-public-address'],
    ['https://[::ffff:10.0.0.7]/', 'not-public-address'],
    ['http://photos.example.com/daisy.jpg', 'not-https'],
    ['https://user@photos.example.com/daisy.jpg', 'credentials-in-url'],
    ['https://photos.example.com:8443/daisy.jpg', 'port-not-allowed'],
    ['https://photos.example.com/nothing', 'http-status'],
    ['https://photos.example.com/endless', 'too-large'],
    ['https://photos.example.com/never', 'timeout'],
    ['daisy.jpg', 'invalid-url'],
  ] as const)('refuses %s: %s', async ([url, reason]) => {
    const response = await post({ url });
    expect(response.status).toBe(422);
    expect(problemAnswer.parse(await response.json())).toMatchObject({
      code: 'remote-fetch-failed',
      reason,
    });
  });

  test('answers a list of addresses and bytes, each with its answer or its problem', async () => {
    const response = await post({
      images: [
        { url: 'https://photos.example.com/daisy.jpg' },
        { url: 'https://intranet.example.com/daisy.jpg' },
        { image: base64 },
      ],
    });
    const { results } = classifyResults.parse(await response.json());
    expect(results[0]).toEqual(results[2]);
    expect(results[1]).toMatchObject({ problem: { code: 'remote-fetch-failed' } });
  });
});
