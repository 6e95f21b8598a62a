import type { IncomingHttpHeaders } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { AppError, type ProblemFacts } from '../../src/errors.ts';
import { fetchPhoto, type RemoteLimits, type RemoteParts } from '../../src/remote/fetch-photo.ts';
import {
  type Answer,
  addressOfNobody,
  breakOff,
  neverAnswer,
  send,
  serve,
  stall,
  status,
} from '../model/loopback-server.ts';

const photo = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
const limits: RemoteLimits = { maxBytes: 1_000_000, timeoutMs: 30_000, maxRedirects: 3 };
/** For servers that never come to an end: however long it is, it passes. */
const hasty: RemoteLimits = { ...limits, timeoutMs: 150 };

/** What DNS knows in these tests. */
const names: Record<string, readonly string[]> = {
  'photos.example.com': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'other.example.org': ['1.1.1.1'],
  'intranet.example.com': ['10.0.0.7'],
  'mixed.example.com': ['93.184.215.14', '127.0.0.1'],
  'mixed6.example.com': ['93.184.215.14', '::1'],
  'metadata.example.com': ['169.254.169.254'],
  'nat64.example.com': ['64:ff9b::7f00:1'],
  'strange.example.com': ['not an address'],
};

interface Internet {
  readonly parts: RemoteParts;
  /** What was asked for, in order. */
  readonly requested: string[];
  readonly resolved: string[];
  requests(path: string): number;
}

/** An internet of one real server on loopback, which has all names and addresses. */
async function connect(answers: Record<string, Answer>): Promise<Internet> {
  const server = await serve(answers);
  const requested: string[] = [];
  const resolved: string[] = [];
  return {
    requested,
    resolved,
    requests: server.requests,
    parts: {
      fetch: (input, init) => {
        const url = new URL(String(input));
        requested.push(url.href);
        return fetch(server.url(url.pathname + url.search), init);
      },
      resolve: async (hostname) => {
        resolved.push(hostname);
        return names[hostname] ?? [];
      },
      mediaTypes: ['image/jpeg', 'image/png'],
    },
  };
}

async function refusal(outcome: Promise<unknown>): Promise<AppError> {
  const error = await outcome.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error;
  expect(error.code).toBe('remote-fetch-failed');
  expect(error.message).not.toMatch(/[{}]|NaN/);
  return error;
}

async function factsOf(outcome: Promise<unknown>): Promise<ProblemFacts> {
  return (await refusal(outcome)).facts;
}

/** Fetches one path, for which there is one answer. */
async function fetchFrom(answer: Answer, some: Partial<RemoteLimits> = {}): Promise<Uint8Array> {
  const { parts } = await connect({ '/a.jpg': answer });
  return await fetchPhoto(parts, 'https://photos.example.com/a.jpg', { ...limits, ...some });
}

function redirect(location: string, code = 302): Answer {
  return (response) => {
    response.writeHead(code, { location }).end('moved');
  };
}

/** Sends a body without an end, as fast as it is taken, until whoever takes it goes away. */
function sendForever(gone: () => void, code = 200, headers: Record<string, string> = {}): Answer {
  const chunk = new Uint8Array(65_536);
  return (response) => {
    const sendMore = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(code, headers).on('close', gone).on('drain', sendMore);
    sendMore();
  };
}

/** Writes to the connection itself, a little at a time, for as long as there is somebody. */
function drip(start: string, more: string): Answer {
  return ({ socket }) => {
    socket?.write(start);
    const timer = setInterval(() => socket?.write(more), 5);
    socket?.once('close', () => clearInterval(timer));
  };
}

describe('a photo from a public https address', () => {
  test('comes as it is', async () => {
    expect(await fetchFrom(send(photo))).toEqual(photo);
  });

  test('comes in chunks, without a Content-Length', async () => {
    const answer: Answer = async (response) => {
      for (let at = 0; at < photo.length; at += 7001) response.write(photo.subarray(at, at + 7001));
      response.end();
    };
    expect(await fetchFrom(answer)).toEqual(photo);
  });

  test('may be as large as the limit', async () => {
    expect(await fetchFrom(send(photo), { maxBytes: photo.length })).toEqual(photo);
  });

  test('comes from a literal address, without a look-up', async () => {
    const { parts, resolved } = await connect({ '/a.jpg': send(photo) });
    expect(await fetchPhoto(parts, 'https://1.1.1.1/a.jpg', limits)).toEqual(photo);
    expect(resolved).toEqual([]);
  });

  test('is asked for with none of the headers that would tell of anybody', async () => {
    let headers: IncomingHttpHeaders = {};
    await fetchFrom((response, attempt, request) => {
      headers = request.headers;
      return send(photo)(response, attempt, request);
    });
    const { host, connection, ...others } = headers;
    expect(others).toEqual({
      accept: 'image/jpeg, image/png',
      'accept-encoding': 'identity',
      'user-agent': 'Petal (image classifier)',
      // What Node.js adds by itself.
      'accept-language': '*',
      'sec-fetch-mode': 'cors',
      'cache-control': 'no-cache',
      pragma: 'no-cache',
    });
  });

  test('is looked up and asked for under the same name', async () => {
    const { parts, resolved, requested } = await connect({ '/a.jpg': send(photo) });
    await fetchPhoto(parts, 'https://PHOTOS.example.com.:443/a.jpg', limits);
    expect(resolved).toEqual(['photos.example.com']);
    expect(requested).toEqual(['https://photos.example.com/a.jpg']);
  });
});

describe('a host that is not public', () => {
  test.each([
    ...['intranet', 'mixed', 'mixed6', 'metadata', 'nat64', 'strange', 'nowhere'].map(
      (name) => `https://${name}.example.com/a.jpg`,
    ),
    'https://127.1/a.jpg',
    'https://[::ffff:127.0.0.1]/a.jpg',
    'https://localhost/a.jpg',
  ])('is never asked, and refused in the same words: %s', async (url) => {
    const { parts, requested } = await connect({ '/a.jpg': send(photo) });
    const { message, facts } = await refusal(fetchPhoto(parts, url, limits));
    expect(facts).toEqual({ reason: 'not-public-address' });
    expect(message).toBe(
      'The host of the address is not known on the public internet. Give an address that anybody can open.',
    );
    expect(requested).toEqual([]);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('of status %i is followed', async (code) => {
    const { parts, requested } = await connect({
      '/a.jpg': redirect('https://other.example.org/b.jpg', code),
      '/b.jpg': send(photo),
    });
    expect(await fetchPhoto(parts, 'https://photos.example.com/a.jpg', limits)).toEqual(photo);
    expect(requested.at(-1)).toBe('https://other.example.org/b.jpg');
  });

  test.each([
    ['b.jpg', 'https://photos.example.com/x/b.jpg'],
    ['/b.jpg', 'https://photos.example.com/b.jpg'],
    ['?b', 'https://photos.example.com/x/a.jpg?b'],
  ])('to the relative %s is followed', async (location, target) => {
    const { parts, requested } = await connect({
      '/x/a.jpg': redirect(location),
      [new URL(target).pathname + new URL(target).search]: send(photo),
    });
    await fetchPhoto(parts, 'https://photos.example.com/x/a.jpg', limits);
    expect(requested.at(-1)).toBe(target);
  });

  test('to a relative address is relative to the redirect before', async () => {
    const { parts, requested } = await connect({
      '/a.jpg': redirect('https://other.example.org/x/y'),
      '/x/y': redirect('z'),
      '/x/z': send(photo),
    });
    await fetchPhoto(parts, 'https://photos.example.com/a.jpg', limits);
    expect(requested.at(-1)).toBe('https://other.example.org/x/z');
  });

  test.each([
    ['https://127.0.0.1/b.jpg', 'not-public-address'],
    ['//127.0.0.1/b.jpg', 'not-public-address'],
    ['https://2130706433/b.jpg', 'not-public-address'],
    ['https://[::1]/b.jpg', 'not-public-address'],
    ['https://169.254.169.254/latest/meta-data/', 'not-public-address'],
    ['https://localhost/b.jpg', 'not-public-address'],
    ['https://intranet.example.com/b.jpg', 'not-public-address'],
    ['https://mixed.example.com/b.jpg', 'not-public-address'],
    ['http://photos.example.com/b.jpg', 'not-https'],
    ['file:///etc/passwd', 'not-https'],
    ['data:image/png;base64,AAAA', 'not-https'],
    ['javascript:alert(1)', 'not-https'],
    ['https://user:password@photos.example.com/b.jpg', 'credentials-in-url'],
    ['https://photos.example.com:8443/b.jpg', 'port-not-allowed'],
    ['https://', 'invalid-url'],
    [`/${'b'.repeat(2048)}`, 'invalid-url'],
  ])('to %s is not followed', async (location, reason) => {
    const { parts, requested } = await connect({ '/a.jpg': redirect(location) });
    const { message, facts } = await refusal(
      fetchPhoto(parts, 'https://photos.example.com/a.jpg', limits),
    );
    expect(facts).toEqual({ reason, redirects: 1 });
    expect(message).toMatch(/^The address redirects\. /);
    expect(requested).toHaveLength(1);
  });

  test('may follow another, up to the limit', async () => {
    const answers = {
      '/1': redirect('/2'),
      '/2': redirect('/3'),
      '/3': redirect('/4'),
      '/4': send(photo),
    };
    const { parts, requests } = await connect({ '/0': redirect('/1'), ...answers });
    expect(await fetchPhoto(parts, 'https://photos.example.com/1', limits)).toEqual(photo);
    expect(await factsOf(fetchPhoto(parts, 'https://photos.example.com/0', limits))).toEqual({
      reason: 'too-many-redirects',
      limitRedirects: 3,
      redirects: 3,
    });
    expect(requests('/4')).toBe(1);
  });

  test('to itself ends at the limit', async () => {
    const { parts, requests } = await connect({ '/a.jpg': redirect('/a.jpg') });
    const outcome = fetchPhoto(parts, 'https://photos.example.com/a.jpg', limits);
    expect(await factsOf(outcome)).toMatchObject({ reason: 'too-many-redirects' });
    expect(requests('/a.jpg')).toBe(4);
  });

  test('is refused where none is allowed', async () => {
    const outcome = fetchFrom(redirect('/b.jpg'), { maxRedirects: 0 });
    expect(await factsOf(outcome)).toEqual({ reason: 'too-many-redirects', limitRedirects: 0 });
  });

  test('is followed without waiting for its own endless body', async () => {
    const end = Promise.withResolvers<void>();
    const { parts } = await connect({
      '/a.jpg': sendForever(end.resolve, 302, { location: '/b.jpg' }),
      '/b.jpg': send(photo),
    });
    expect(await fetchPhoto(parts, 'https://photos.example.com/a.jpg', limits)).toEqual(photo);
    await end.promise;
  });

  test('is judged anew where a name leads elsewhere by then', async () => {
    const { parts, requested } = await connect({ '/a.jpg': redirect('/b.jpg') });
    const rebinding: RemoteParts = {
      ...parts,
      resolve: async () => (requested.length === 0 ? ['1.1.1.1'] : ['127.0.0.1']),
    };
    const outcome = fetchPhoto(rebinding, 'https://photos.example.com/a.jpg', limits);
    expect(await factsOf(outcome)).toMatchObject({ reason: 'not-public-address' });
    expect(requested).toHaveLength(1);
  });
});

describe('a server that does not send a photo', () => {
  test.each([400, 401, 404, 410, 500, 503, 304, 300])('answers %i', async (code) => {
    expect(await factsOf(fetchFrom(status(code)))).toEqual({
      reason: 'http-status',
      remoteStatus: code,
    });
  });

  test('redirects nowhere', async () => {
    expect(await factsOf(fetchFrom(status(302)))).toEqual({
      reason: 'http-status',
      remoteStatus: 302,
    });
  });

  test('sends nothing', async () => {
    expect(await factsOf(fetchFrom(send(new Uint8Array(0))))).toEqual({ reason: 'empty' });
    const noContent: Answer = (response) => {
      response.writeHead(204).end();
    };
    expect(await factsOf(fetchFrom(noContent))).toEqual({ reason: 'empty' });
  });

  test('is not there', async () => {
    const { parts } = await connect({});
    const nobody = await addressOfNobody();
    const outcome = fetchPhoto(
      { ...parts, fetch: (_, init) => fetch(nobody, init) },
      'https://photos.example.com/a.jpg',
      limits,
    );
    expect(await factsOf(outcome)).toEqual({ reason: 'unreachable' });
  });

  test('drops the connection instead of answering', async () => {
    const drop: Answer = (response) => {
      response.destroy();
    };
    expect(await factsOf(fetchFrom(drop))).toEqual({ reason: 'unreachable' });
  });

  test('drops the connection in the middle of the photo', async () => {
    expect(await factsOf(fetchFrom(breakOff(photo)))).toEqual({ reason: 'interrupted' });
  });

  test('can not be looked up', async () => {
    const { parts, requested } = await connect({});
    const resolve = async (): Promise<never> => {
      throw new Error('SERVFAIL from 10.0.0.53');
    };
    const { message, facts } = await refusal(
      fetchPhoto({ ...parts, resolve }, 'https://photos.example.com/a.jpg', limits),
    );
    expect(facts).toEqual({ reason: 'unreachable' });
    expect(message).not.toMatch(/SERVFAIL|10\.0\.0\.53/);
    expect(requested).toEqual([]);
  });
});

describe('a body that is too large', () => {
  const tooLarge = { reason: 'too-large', limitBytes: limits.maxBytes };

  test('is refused by its Content-Length, before it comes', async () => {
    const end = Promise.withResolvers<void>();
    const answer: Answer = (response) => {
      response.writeHead(200, { 'content-length': 1_000_001 }).flushHeaders();
      response.on('close', end.resolve);
    };
    expect(await factsOf(fetchFrom(answer))).toEqual(tooLarge);
    await end.promise;
  });

  test('is stopped at the limit if it has no end', async () => {
    const end = Promise.withResolvers<void>();
    expect(await factsOf(fetchFrom(sendForever(end.resolve)))).toEqual(tooLarge);
    await end.promise;
  });

  test('is stopped at the limit if it inflates: 10 MB of gzip that hold 10 GB', async () => {
    // A gzip file may have several members (RFC 1952, 2.2).
    const member = gzipSync(new Uint8Array(10_000_000), { level: 9 });
    const bomb = Buffer.concat(Array(1000).fill(member));
    expect(bomb.length).toBeGreaterThan(9_000_000);
    const end = Promise.withResolvers<void>();
    const answer: Answer = (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.on('close', end.resolve);
      response.end(bomb);
    };
    expect(await factsOf(fetchFrom(answer))).toEqual(tooLarge);
    await end.promise;
  });

  test('is stopped at the limit if it inflates, however short Content-Length calls it', async () => {
    const bomb = brotliCompressSync(new Uint8Array(5_000_000));
    const answer: Answer = (response) => {
      response
        .writeHead(200, { 'content-encoding': 'br', 'content-length': bomb.length })
        .end(bomb);
    };
    expect(bomb.length).toBeLessThan(limits.maxBytes);
    expect(await factsOf(fetchFrom(answer))).toEqual(tooLarge);
  });
});

describe('a body whose Content-Length lies', () => {
  function lie(declared: number): Answer {
    return ({ socket }) => {
      socket?.write(`HTTP/1.1 200 OK\r\nContent-Length: ${declared}\r\nConnection: close\r\n\r\n`);
      socket?.end(photo);
    };
  }

  test('ends where it says if there is more', async () => {
    expect(await fetchFrom(lie(1000))).toEqual(photo.subarray(0, 1000));
  });

  test('is refused if there is less', async () => {
    expect(await factsOf(fetchFrom(lie(photo.length + 1)))).toEqual({ reason: 'interrupted' });
  });

  test.each(['-1', '1e3', '99999999999999999999', 'many'])(
    'is no photo if it says %s',
    async (declared) => {
      const answer: Answer = ({ socket }) => {
        socket?.end(`HTTP/1.1 200 OK\r\nContent-Length: ${declared}\r\n\r\nabc`);
      };
      expect((await refusal(fetchFrom(answer))).facts).toHaveProperty('reason');
    },
  );
});

describe('a body that is compressed', () => {
  function sendCoded(coding: string, bytes: Uint8Array): Answer {
    return (response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(bytes);
    };
  }

  test('is read where every runtime undoes it', async () => {
    expect(await fetchFrom(sendCoded('gzip', gzipSync(photo)))).toEqual(photo);
    expect(await fetchFrom(sendCoded('br', brotliCompressSync(photo)))).toEqual(photo);
    expect(await fetchFrom(sendCoded('Identity', photo))).toEqual(photo);
  });

  test.each(['deflate', 'zstd', 'gzip, gzip', 'exi'])('is refused as %s', async (coding) => {
    const outcome = fetchFrom(sendCoded(coding, deflateSync(photo)));
    expect(await factsOf(outcome)).toEqual({ reason: 'content-encoding' });
  });

  test('is refused where it is damaged', async () => {
    const damaged = gzipSync(photo).fill(0xff, 300, 400);
    expect(await factsOf(fetchFrom(sendCoded('gzip', damaged)))).toEqual({
      reason: 'interrupted',
    });
  });
});

describe('a server that takes its time', () => {
  const timeout = { reason: 'timeout', limitMs: hasty.timeoutMs };
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n';

  test.each([
    ['never answers', neverAnswer],
    ['sends half and then nothing', stall(photo)],
    ['sends its headers drop by drop', drip('HTTP/1.1 200 OK\r\n', 'X-More: yes\r\n')],
    ['sends its body drop by drop', drip(`${head}\r\n`, 'a')],
  ])('is given up when it %s, and let go', async (_, answer) => {
    const end = Promise.withResolvers<void>();
    const watched: Answer = (response, attempt, request) => {
      request.socket.on('close', () => end.resolve());
      return answer(response, attempt, request);
    };
    expect(await factsOf(fetchFrom(watched, hasty))).toEqual(timeout);
    await end.promise;
  });

  test('is given up over many redirects, all together', async () => {
    const slowly: Answer = (response, attempt, request) => {
      setTimeout(() => redirect('/a.jpg')(response, attempt, request), 60);
    };
    expect(await factsOf(fetchFrom(slowly, { ...hasty, maxRedirects: 1000 }))).toEqual(timeout);
  });

  test('is given up when its name is not found in time', async () => {
    const { parts } = await connect({});
    const never: RemoteParts = { ...parts, resolve: () => new Promise(() => {}) };
    const outcome = fetchPhoto(never, 'https://photos.example.com/a.jpg', hasty);
    expect(await factsOf(outcome)).toEqual(timeout);
  });

  test('tells the look-up when it is given up', async () => {
    const { parts } = await connect({});
    const end = Promise.withResolvers<void>();
    const resolve: RemoteParts['resolve'] = (_, signal) => {
      signal.addEventListener('abort', () => end.resolve());
      return new Promise(() => {});
    };
    const outcome = fetchPhoto({ ...parts, resolve }, 'https://photos.example.com/a.jpg', hasty);
    expect(await factsOf(outcome)).toEqual(timeout);
    await end.promise;
  });
});

describe('a fetch that ignores its signal', () => {
  interface Deaf {
    readonly parts: RemoteParts;
    /** Settles when the body is cancelled. */
    readonly cancelled: Promise<void>;
  }

  /** Answers with a body that comes chunk by chunk, or not at all. */
  async function deaf(init: ResponseInit, chunk?: Uint8Array): Promise<Deaf> {
    const { parts } = await connect({});
    const end = Promise.withResolvers<void>();
    const body = new ReadableStream({
      type: 'bytes',
      pull: (controller) =>
        chunk === undefined ? new Promise(() => {}) : controller.enqueue(chunk.slice()),
      cancel: () => end.resolve(),
    });
    const fetch = async (): Promise<Response> => new Response(body, init);
    return { parts: { ...parts, fetch }, cancelled: end.promise };
  }

  test.each<[string, ResponseInit]>([
    ['http-status', { status: 404 }],
    ['not-public-address', { status: 302, headers: { location: 'https://127.0.0.1/' } }],
    ['content-encoding', { headers: { 'content-encoding': 'zstd' } }],
    ['too-large', { headers: { 'content-length': '1000001' } }],
    ['timeout', {}],
  ])('has its body cancelled when it is refused as %s', async (reason, init) => {
    const { parts, cancelled } = await deaf(init);
    const outcome = fetchPhoto(parts, 'https://photos.example.com/a.jpg', hasty);
    expect(await factsOf(outcome)).toMatchObject({ reason });
    await cancelled;
  });

  test('has its body cancelled when that is too large', async () => {
    const { parts, cancelled } = await deaf({}, new Uint8Array(10_000));
    const outcome = fetchPhoto(parts, 'https://photos.example.com/a.jpg', limits);
    expect(await factsOf(outcome)).toMatchObject({ reason: 'too-large' });
    await cancelled;
  });
});

test('ends what is still under way when it has an answer', async () => {
  const { parts } = await connect({ '/a.jpg': status(404) });
  let given: AbortSignal | undefined;
  const resolve: RemoteParts['resolve'] = async (hostname, signal) => {
    given = signal;
    return await parts.resolve(hostname, signal);
  };
  await refusal(fetchPhoto({ ...parts, resolve }, 'https://photos.example.com/a.jpg', limits));
  expect(given?.aborted).toBe(true);
});
