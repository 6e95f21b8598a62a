import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { type ClientOptions, createClient, PetalError } from '../../src/client/client.ts';
import { serve } from './support.ts';

const problem = {
  type: 'http://petal.test/problems/overloaded',
  title: 'Too many requests are being worked on',
  status: 503,
  detail: 'Try again in 0 seconds.',
  code: 'overloaded',
};
const answer = { model: 'm', predictions: [], unknown: true, image: {} };
const photo = new Uint8Array([1, 2, 3]);

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
}

/** A client of a server that gives these answers, the last one again and again. */
async function clientOf(replies: Reply[], options: Partial<ClientOptions> = {}) {
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(request);
    request.resume().on('end', () => {
      const reply = replies[Math.min(requests.length, replies.length) - 1];
      reply(response, request);
    });
  };
  const url = await serve(listener);
  return { client: createClient({ url, ...options }), requests, url };
}

async function failure(promise: Promise<unknown>): Promise<PetalError> {
  return await promise.then(
    () => {
      throw new Error('It succeeded.');
    },
    (error: unknown) => {
      if (error instanceof PetalError) return error;
      throw new Error('Expected a PetalError.', { cause: error });
    },
  );
}

test('sends again what was turned away with 503 and 429, body included', async () => {
  const lengths: (string | undefined)[] = [];
  const turnAway =
    (status: number): Reply =>
    (response, request) => {
      lengths.push(request.headers['content-length']);
      json(status, { ...problem, status }, { 'Retry-After': '0' })(response, request);
    };
  const { client, requests } = await clientOf([turnAway(503), turnAway(429), json(200, answer)]);
  expect(await client.classify(photo)).toEqual(answer);
  expect(requests).toHaveLength(3);
  expect(Number(lengths[0])).toBeGreaterThan(photo.length);
  expect(lengths[1]).toBe(lengths[0]);
});

test('waits no less than it is asked to', async () => {
  const { client } = await clientOf([
    json(503, problem, { 'Retry-After': '1' }),
    json(200, answer),
  ]);
  const startMs = performance.now();
  await client.classify(photo);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(999);
});

test('gives up after the retries, with how long to wait', async () => {
  const overloaded = json(503, problem, { 'Retry-After': '0', 'X-Request-Id': 'abc' });
  const { client, requests } = await clientOf([overloaded], { retries: 1 });
  const error = await failure(client.classify(photo));
  expect(error).toMatchObject({ code: 'overloaded', retryAfterSeconds: 0, requestId: 'abc' });
  expect(requests).toHaveLength(2);
});

test.for([
  ['is asked to wait for longer than it may', 429, { 'Retry-After': '61' }, 'rate-limited'],
  ['would need another token of Turnstile', 503, { 'Retry-After': '0' }, 'challenge-unavailable'],
  ['is refused for good', 422, { 'Retry-After': '0' }, 'image-decode-failed'],
] as const)('does not send again what %s', async ([, status, headers, code]) => {
  const { client, requests } = await clientOf([
    json(status, { ...problem, status, code }, headers),
  ]);
  expect((await failure(client.classify(photo))).code).toBe(code);
  expect(requests).toHaveLength(1);
});

test('reads Retry-After as a date, too', async () => {
  const date = new Date(Date.now() + 100_000).toUTCString();
  const { client } = await clientOf([json(503, problem, { 'Retry-After': date })]);
  const { retryAfterSeconds } = await failure(client.classify(photo));
  expect(retryAfterSeconds).toBeGreaterThan(60);
  expect(retryAfterSeconds).toBeLessThanOrEqual(100);
});

test.for([
  ["a proxy's page", 502, 'text/html', '<h1>Bad Gateway</h1>'],
  ['a page in place of an answer', 200, 'text/html', '<h1>Sign in to the hotel</h1>'],
  ["somebody else's JSON", 200, 'application/json', '{"ok":true}'],
  ["somebody else's error", 418, 'application/json', '{"message":"no"}'],
  ['JSON that is cut short', 200, 'application/json', '{"model":'],
  ['nothing', 200, 'application/json', ''],
  ['null', 200, 'application/json', 'null'],
  ['results of another number', 200, 'application/json', '{"results":[]}'],
] as const)('says that %s is no answer of Petal', async ([, status, type, text]) => {
  const { client } = await clientOf([
    (response) => response.writeHead(status, { 'Content-Type': type }).end(text),
  ]);
  const error = await failure(client.classify(photo));
  expect(error).toMatchObject({ code: 'unexpected-answer', status });
  expect(error.message).toContain(`status ${status} with ${type}`);
  const picture = await failure(client.explainPng(photo));
  expect(picture.code).toBe('unexpected-answer');
});

test('gives every photo of a failed request its error, and goes on', async () => {
  const { client, requests } = await clientOf([
    (response) => response.writeHead(502).end('down'),
    json(200, { results: Array.from({ length: 32 }, () => answer) }),
    json(200, answer),
  ]);
  const results = await client.classify(Array.from({ length: 65 }, () => photo));
  expect(requests).toHaveLength(3);
  expect(results.slice(0, 32).every((each) => !each.ok)).toBe(true);
  expect(results.slice(32)).toEqual(Array.from({ length: 33 }, () => ({ ok: true, answer })));
});

test('calls a network that fails "network", and says whom it asked', async () => {
  const { client, url } = await clientOf([(response) => response.destroy()]);
  const error = await failure(client.health());
  expect(error).toMatchObject({ code: 'network', status: undefined });
  expect(error.message).toBe(`No answer came from ${url.origin}.`);
  expect(error.cause).toBeInstanceOf(TypeError);
});

test.for([
  ['does not answer', () => undefined],
  [
    'stops in the middle of its answer',
    (response: ServerResponse) => response.writeHead(200).write('{"mod'),
  ],
] as const)('calls it "timeout" where a server %s', async ([, reply]) => {
  const { client } = await clientOf([reply], { timeoutMs: 50 });
  expect((await failure(client.classify(photo))).code).toBe('timeout');
});

test("throws the signal's reason when it is aborted, before, during and while waiting", async () => {
  const reason = new Error('The user went on.');
  const { client, requests } = await clientOf([json(503, problem, { 'Retry-After': '60' })]);
  await expect(client.classify(photo, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await expect(client.classify([photo], { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
  expect(requests).toHaveLength(0);

  const controller = new AbortController();
  const waiting = client.classify([photo], { signal: controller.signal });
  const abort = setInterval(() => requests.length > 0 && controller.abort(reason), 20);
  await expect(waiting).rejects.toBe(reason);
  clearInterval(abort);

  const silent = await clientOf([() => undefined]);
  const another = new AbortController();
  const during = silent.client.health({ signal: another.signal });
  another.abort(reason);
  await expect(during).rejects.toBe(reason);
});

test("sends the key, Turnstile's token, and the path that the address has", async () => {
  const { client, requests } = await clientOf([json(200, answer)], { key: 'petal_abc' });
  await client.classify(photo, { challengeToken: 'token' });
  expect(requests[0].headers).toMatchObject({
    authorization: 'Bearer petal_abc',
    'cf-turnstile-response': 'token',
  });
  expect(requests[0].url).toBe('/v1/classify');
  const url = new URL(`http://${requests[0].headers.host}/petal`);
  await createClient({ url }).classify({ url: 'https://a.example/b.jpg' }, { labels: ['a', 'b'] });
  expect(requests[1].url).toBe('/petal/v1/classify?labels=a%2Cb');
  expect(requests[1].headers['content-type']).toBe('application/json');
});

test('refuses an address that is none', () => {
  expect(() => createClient({ url: 'petal' })).toThrow(TypeError);
});
