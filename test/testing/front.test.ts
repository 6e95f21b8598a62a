import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { problemAnswer } from '../../src/contract/answers.ts';
import { type Front, makeFrontKey, startFront } from '../../src/testing/front.ts';
import { sendRaw } from '../support/raw-request.ts';

/** What the server behind the front was asked. */
interface Asked {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

const key = makeFrontKey();
const asked: Asked[] = [];
const echo: Answering = async (request, response) => {
  const { method = '', url = '', rawHeaders } = request;
  const headers = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]] as const] : [],
  );
  asked.push({ method, url, headers, body: await text(request) });
  response.end('answered');
};
let answering = echo;
const behind = createServer((request, response) => answering(request, response));
let front: Front;
let host: string;

function start(options: { host?: string; allowedHosts?: string[]; port?: number }): Promise<Front> {
  const { port } = behind.address() as AddressInfo;
  const target = new URL(`http://127.0.0.1:${port}`);
  return startFront({ target, key, host: '127.0.0.1', port: 0, ...options });
}

beforeAll(async () => {
  await once(behind.listen(0, '127.0.0.1'), 'listening');
  front = await start({});
  host = `Host: ${front.url.host}`;
});
afterEach(() => {
  answering = echo;
  asked.length = 0;
});
afterAll(async () => {
  await front.close();
  behind.close();
});

/** Sends a request that has to come through, and tells what came. */
async function passOn(lines: readonly string[], body = ''): Promise<Asked> {
  const answer = await sendRaw(front.url, lines, { body });
  expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('answered') });
  expect(asked).toHaveLength(1);
  return asked[0];
}

function valuesOf({ headers }: Asked, name: string): string[] {
  return headers.flatMap(([each, value]) => (each === name ? [value] : []));
}

describe('a request behind the front', () => {
  test('is what the client sent, with its connection’s address and the front’s key', async () => {
    const lines = [
      'POST /v1/classify?labels=a%20b&x=%ff HTTP/1.1',
      host,
      'Content-Type: image/jpeg',
      'X-Twice: 1',
      'x-twice: 2',
      'X-Latin: caf\xe9',
      'cf-turnstile-response: token',
      'Content-Length: 7',
    ];
    const { method, url, headers, body } = await passOn(lines, 'a\r\n\r\nb\xff');
    expect([method, url]).toEqual(['POST', '/v1/classify?labels=a%20b&x=%ff']);
    expect(body).toBe('a\r\n\r\nb\ufffd');
    expect(headers.filter(([name]) => name !== 'connection')).toEqual([
      ['content-type', 'image/jpeg'],
      ['x-twice', '1'],
      ['x-twice', '2'],
      ['x-latin', 'caf\xe9'],
      ['cf-turnstile-response', 'token'],
      ['content-length', '7'],
      ['host', front.url.host],
      ['cf-connecting-ip', '127.0.0.1'],
      ['x-forwarded-proto', 'http'],
      ['petal-front-key', key],
    ]);
  });

  const forged = fc.constantFrom(
    ...['CF-Connecting-IP', 'CF-Connecting-IPv6', 'CF-Pseudo-IPv4', 'CF-Worker', 'CF-Ray'],
    ...['MF-Original-URL', 'MF-Route-Override', 'MF-CF-Blob', 'MF-Proxy-Shared-Secret'],
    ...['MF-Disable-Pretty-Error', 'MF-Custom-Fetch-Service', 'MF-Sec-Fetch-Mode', 'MF-Op'],
    ...['Petal-Front-Key', 'X-Forwarded-Proto'],
  );
  const reserved = fc.oneof(
    forged,
    fc
      .tuple(fc.constantFrom('mf-', 'cf-'), fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/))
      .map((parts) => parts.join(''))
      .filter((name) => name.toLowerCase() !== 'cf-turnstile-response'),
  );
  const anyCase = fc
    .tuple(reserved, fc.infiniteStream(fc.boolean()))
    .map(([name, isUpper]) =>
      [...name]
        .map((letter) => (isUpper.next().value ? letter.toUpperCase() : letter.toLowerCase()))
        .join(''),
    );

  test('has no header of the platform’s or the local runtime’s that the client wrote', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyCase, fc.stringMatching(/^[!-~]{1,30}$/)), { maxLength: 8 }),
        async (headers) => {
          asked.length = 0;
          const lines = headers.map(([name, value]) => `${name}: ${value}`);
          const request = await passOn(['GET / HTTP/1.1', host, ...lines]);
          const { headers: plain } = request;
          expect(plain.filter(([name]) => /^(cf|mf|petal)-|^x-forwarded-proto/.test(name))).toEqual(
            [
              ['cf-connecting-ip', '127.0.0.1'],
              ['x-forwarded-proto', 'http'],
              ['petal-front-key', key],
            ],
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('comes in chunks as it came, also where a method has a body that need not have', async () => {
    const lines = ['DELETE / HTTP/1.1', host, 'Transfer-Encoding: chunked'];
    const request = await passOn(lines, '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
    expect(request.body).toBe('abcde');
    expect(valuesOf(request, 'transfer-encoding')).toEqual(['chunked']);
  });

  test('is one request, whatever its client says of its connection', async () => {
    const inner = `GET /smuggled HTTP/1.1\r\n${host}\r\n\r\n`;
    const lines = [
      'GET / HTTP/1.1',
      host,
      'Connection: content-length, cf-connecting-ip, petal-front-key',
      'Upgrade: websocket',
      'Keep-Alive: timeout=99',
      'TE: trailers',
      `Content-Length: ${inner.length}`,
    ];
    const request = await passOn(lines, inner);
    expect(request.body).toBe(inner);
    expect(valuesOf(request, 'cf-connecting-ip')).toEqual(['127.0.0.1']);
    for (const name of ['upgrade', 'keep-alive', 'te']) expect(valuesOf(request, name)).toEqual([]);
  });

  test('says https where the client’s connection does not, in no header', async () => {
    const request = await passOn(['GET / HTTP/1.1', host, 'X-Forwarded-Proto: https']);
    expect(valuesOf(request, 'x-forwarded-proto')).toEqual(['http']);
  });

  test('tells an IPv4 client as such on a socket for both kinds', async ({ skip }) => {
    const both = await start({ host: '::' }).catch(() => undefined);
    if (both === undefined) return skip('This machine has no IPv6.');
    const answer = await sendRaw(both.url, ['GET / HTTP/1.1', 'Host: localhost']);
    await both.close();
    expect(both.url.hostname).toBe('127.0.0.1');
    expect(answer.status).toBe(200);
    expect(valuesOf(asked[0], 'cf-connecting-ip')).toEqual(['127.0.0.1']);
  });
});

describe('the front', () => {
  test.for([
    [['GET / HTTP/1.1'], 'no host'],
    [['GET / HTTP/1.1', 'Host: localhost', 'Host: localhost'], 'two hosts'],
    [['GET / HTTP/1.1', 'Host: localhost', 'HOST: evil.example'], 'two hosts'],
    [['OPTIONS * HTTP/1.1', 'Host: localhost'], 'a target that is no path'],
    [['GET ftp://localhost/ HTTP/1.1', 'Host: localhost'], 'a target of another scheme'],
    [['GET / HTTP/1.1', 'Host: localhost', 'X: \x7f'], 'a character that no header has'],
    [['POST / HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Transfer-Encoding: chunked'], ''],
    [['GET / HTTP/1.1', 'Host: localhost', ' folded: x'], 'a folded line'],
    [['GET /\x00 HTTP/1.1', 'Host: localhost'], 'a zero in its target'],
  ] as const)('answers %j with 400 and asks nobody: %s', async ([lines]) => {
    expect((await sendRaw(front.url, lines)).status).toBe(400);
    expect(asked).toEqual([]);
    expect((await sendRaw(front.url, ['GET / HTTP/1.1', host])).status).toBe(200);
  });

  test.for([
    ['GET / HTTP/1.1', 'Host: evil.example'],
    ['GET / HTTP/1.1', 'Host: evil.example', 'MF-Original-URL: http://127.0.0.1/'],
    ['GET / HTTP/1.1', 'Host: localhost.evil.example', 'X-Forwarded-Host: localhost'],
    ['GET / HTTP/1.1', 'Host: localhost.'],
    ['GET / HTTP/1.1', 'Host: '],
    ['GET / HTTP/1.1', 'Host: localhost@evil.example'],
    ['GET http://evil.example/ HTTP/1.1', 'Host: localhost'],
    ['GET http://localhost@evil.example/ HTTP/1.1', 'Host: localhost'],
    ['OPTIONS / HTTP/1.1', 'Host: evil.example', 'Origin: http://evil.example'],
  ])('refuses %j %j %j and asks nobody', async (lines) => {
    const { status, text: received } = await sendRaw(front.url, lines);
    expect(status).toBe(403);
    const [, json = ''] = /(\{.*\})/.exec(received) ?? [];
    expect(problemAnswer.parse(JSON.parse(json))).toMatchObject({
      code: 'host-not-allowed',
      type: new URL('/problems/host-not-allowed', front.url).href,
    });
    expect(received).not.toMatch(/access-control-allow/i);
    expect(asked).toEqual([]);
  });

  test('takes the host of a target in absolute form for the request’s, as RFC 9112 wants', async () => {
    const target = `http://LOCALHOST:${front.url.port}?top_k=1`;
    const request = await passOn([`GET ${target} HTTP/1.1`, 'Host: evil.example']);
    expect(request.url).toBe('/?top_k=1');
    expect(valuesOf(request, 'host')).toEqual([`LOCALHOST:${front.url.port}`]);
  });

  test('answers under names that were allowed', async () => {
    const named = await start({ allowedHosts: ['petal.test'] });
    const lines = ['GET / HTTP/1.1', 'Host: petal.test:443'];
    const statuses = [
      (await sendRaw(named.url, lines)).status,
      (await sendRaw(front.url, lines)).status,
    ];
    await named.close();
    expect(statuses).toEqual([200, 403]);
  });

  test('passes answers back as they are', async () => {
    answering = (_, response) => {
      response.writeHead(201, 'Made', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X', 'caf\xe9']);
      response.write('first');
      response.end(', last');
    };
    const response = await fetch(front.url);
    expect([response.status, response.statusText]).toEqual([201, 'Made']);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x')).toBe('caf\xe9');
    expect(await response.text()).toBe('first, last');
    answering = (_, response) => response.writeHead(304, { ETag: '"a"' }).end();
    expect((await fetch(front.url)).status).toBe(304);
    answering = (_, response) => response.writeHead(200, { 'Content-Length': 5 }).end();
    const head = await fetch(front.url, { method: 'HEAD' });
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['5', '']);
  });

  test('sends a body on as it comes, and an answer before the body has ended', async () => {
    answering = (request, response) => {
      request.once('data', (chunk) => response.end(`had ${chunk}`));
    };
    const { hostname, port } = front.url;
    const socket = connect(Number(port), hostname);
    socket.write(`POST / HTTP/1.1\r\n${host}\r\nContent-Length: 1000000\r\n\r\nhalf`);
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      received += chunk;
    });
    await expect.poll(() => received).toContain('had half');
    // The rest is not waited for, as nobody can tell it from another request.
    await once(socket, 'close');
  });

  test('answers a client that has closed its side of the connection', async () => {
    const { hostname, port } = front.url;
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.end(`GET / HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toContain('answered');
  });

  test('breaks off what a client asked that went away', async () => {
    const broken = new Promise((resolve) => {
      answering = (request) => request.socket.on('error', resolve).on('close', resolve);
    });
    const { hostname, port } = front.url;
    const socket = connect(Number(port), hostname);
    const asking = once(behind, 'request');
    socket.write(`POST / HTTP/1.1\r\n${host}\r\nContent-Length: 1000\r\n\r\nhalf`);
    await asking;
    socket.resetAndDestroy();
    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
  });

  test('breaks off an answer that broke off', async () => {
    answering = (request, response) => {
      response.write('half', () => request.socket.destroy());
    };
    const response = await fetch(front.url);
    await expect(response.text()).rejects.toThrow();
    answering = (request) => request.socket.destroy();
    await expect(fetch(front.url)).rejects.toThrow();
    // A header that Node.js reads, but refuses to write.
    answering = ({ socket }) => socket.end('HTTP/1.1 200 OK\r\nX: \x7f\r\n\r\n');
    await expect(fetch(front.url)).rejects.toThrow();
  });

  test('says that a port is taken', async () => {
    await expect(start({ port: Number(front.url.port) })).rejects.toMatchObject({
      code: 'ERR_ADDRESS_IN_USE',
    });
  });

  test('says that it keeps idle connections longer than clients do', async () => {
    const response = await fetch(front.url);
    await response.body?.cancel();
    const seconds = /timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '')?.[1];
    expect(Number(seconds)).toBeGreaterThanOrEqual(60);
  });

  test('ends all connections when it is closed', async () => {
    const other = await start({});
    const socket = connect(Number(other.url.port), '127.0.0.1');
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    socket.on('error', () => undefined);
    await other.close();
    await ended;
    await expect(fetch(other.url)).rejects.toThrow();
  });
});
