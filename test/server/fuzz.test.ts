import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { classifyAnswer, problemAnswer } from '../../src/contract/answers.ts';
import { operations } from '../../src/contract/operations.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { neverSent } from '../support/never-sent.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = Buffer.from(base64, 'base64');
const seed = 20_261_102;

let petal: Petal;
const logged: string[] = [];
beforeAll(async () => {
  petal = await startPetal({
    bundle: inject('bundle'),
    onLog: ({ level, message }) => {
      if (level !== 'log') logged.push(message);
    },
  });
});
afterAll(async () => {
  await petal.dispose();
});

/** One request, as bytes on a connection: what fetch would not send, too. */
interface Sent {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends a request on a connection of its own, ends it, and reads what comes. */
async function exchange({ method, target, headers, body }: Sent): Promise<Answer | undefined> {
  const { hostname, port } = petal.url;
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  socket.setEncoding('latin1').setTimeout(10_000, () => socket.destroy(new Error('No answer.')));
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = `${method} ${target} HTTP/1.1\r\nHost: ${petal.url.host}\r\nConnection: close\r\n${lines}\r\n`;
  socket.end(Buffer.concat([Buffer.from(head, 'latin1'), body]));
  const received = await text(socket).catch((error: NodeJS.ErrnoException) => {
    // The server may close before all is sent.
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return '';
    throw error;
  });
  const final = received.replace(/^HTTP\/1.1 100 .*?\r\n\r\n/s, '');
  const [top, ...rest] = final.split('\r\n\r\n');
  const [statusLine, ...fields] = top.split('\r\n');
  const status = Number(/^HTTP\/1.1 (\d{3})/.exec(statusLine)?.[1] ?? 0);
  if (status === 0) return undefined;
  const pairs = fields.map((field): [string, string] => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  return { status, headers: new Headers(pairs), body: rest.join('\r\n\r\n') };
}

const paths = [
  ...operations().map(({ path }) => path.replace(/\{\w+\}/, 'mobilenet_v2_1.0_224')),
  '/',
  '/petal.css',
  '/v1/models/mobilenet_v2_1.0_224/versions/1:predict',
];

const nonsense = fc.constantFrom(
  '%',
  '%00',
  '%ff%fe',
  '%F0%9F%8C%BC',
  '__proto__',
  'constructor',
  '..%2f',
  '[]',
  'a'.repeat(5000),
  '0',
  '-1',
  '1e9',
  'dog,cat',
  'heatmap,embedding',
);
const parameterName = fc.constantFrom(
  'top_k',
  'fit',
  'labels',
  'include',
  'model',
  '__proto__',
  '%',
);
const query = fc
  .oneof(fc.constant([]), fc.array(fc.tuple(parameterName, nonsense), { maxLength: 3 }))
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));

const target = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('/v1/classify', '/v1/embed', '/v1/explain') },
      { weight: 8, arbitrary: fc.constantFrom(...paths) },
      fc.tuple(fc.constantFrom(...paths), nonsense).map(([path, end]) => `${path}/${end}`),
      nonsense.map((name) => `/v1/models/${name}:predict`),
      fc.constantFrom('//', '/%2e%2e/', '/v1//classify', '/v1/classify/', '/V1/CLASSIFY'),
    ),
    query,
  )
  .map(([path, text]) => (text === '' ? path : `${path}?${text}`));

const boundary = 'fuzz';
const part = fc
  .tuple(
    fc.constantFrom('image', 'images[]', 'top_k', '', '\xff\xfe', 'n'.repeat(9000)),
    fc.constantFrom('; filename="a.jpg"', '', "; filename*=UTF-8''%ff", '; filename="\xff"'),
    fc.constantFrom(daisy, daisy.subarray(0, 3000), Buffer.from('3'), Buffer.alloc(0)),
    fc.constantFrom(
      '',
      '\r\nContent-Type: multipart/mixed; boundary=inner',
      `\r\nX: ${'x'.repeat(9000)}`,
      '\r\nnot a header',
    ),
  )
  .map(([name, file, content, more]) =>
    Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}${more}\r\n\r\n`,
        'latin1',
      ),
      content,
      Buffer.from('\r\n'),
    ]),
  );
const multipart = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.array(part, { maxLength: 4 }) },
      part.map((one) => Array<Buffer>(10_000).fill(one.subarray(0, 80))),
    ),
    fc.constantFrom(`--${boundary}--\r\n`, `--${boundary}--`, `--${boundary}`, '--wrong--', ''),
  )
  .map(([parts, end]) => Buffer.concat([...parts, Buffer.from(end)]));

const jsonText = fc.oneof(
  fc.json(),
  fc
    .tuple(
      fc.constantFrom('image', 'url', 'images', 'inputs', 'instances', '__proto__', 'top_k'),
      fc.oneof(
        fc.json(),
        fc.constantFrom(
          `"${base64}"`,
          `{"b64":"${base64}"}`,
          `[{"b64":"${base64.slice(0, 5000)}"}]`,
          `"data:image/jpeg;base64,${base64.slice(0, -3)}"`,
          '['.repeat(40_000),
          `[${'0,'.repeat(100_000)}0]`,
          '"https://127.0.0.1/"',
          '[{"name":"i","datatype":"BYTES","shape":[1],"data":["aGk="]}]',
          '[{"name":"i","datatype":"FP32","shape":[1,1],"data":[[1e38]]}]',
          '"\\ud800"',
        ),
      ),
    )
    .map(([name, value]) => `{"${name}":${value}}`),
);

const files = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.nat({ max: daisy.length }).map((end) => daisy.subarray(0, end)),
  fc.constant(daisy),
);
const json = jsonText.map((text) => Buffer.from(text));

const formType = `multipart/form-data; boundary=${boundary}`;

/** A content of some kind, under its media type or any. */
const content = fc.oneof(
  fc.tuple(fc.constant(formType), multipart),
  fc.tuple(fc.constant('application/json'), json),
  fc.tuple(fc.constant('image/jpeg'), files),
  fc.tuple(
    fc.constantFrom(
      formType,
      'multipart/form-data',
      `multipart/form-data; boundary="${'b'.repeat(300)}"`,
      'application/json; charset=utf-16',
      'application/x-www-form-urlencoded',
      '\xff',
      '',
    ),
    fc.oneof(multipart, json, files),
  ),
);

const header = fc.constantFrom(
  ['Accept', ''],
  ['Accept', '*/*;q=x, ,;;, text/html;q=-1'],
  ['Accept', 'image/png'],
  ['Accept', `${'a/b,'.repeat(2000)}text/plain`],
  ['Range', 'bytes=0-1,5-'],
  ['If-None-Match', '*'],
  ['If-None-Match', '"\xff", W/"a", ,'],
  ['Origin', 'null'],
  ['Origin', 'https://[::1'],
  ['Origin', 'javascript:alert(1)'],
  ['Sec-Fetch-Site', 'cross-site'],
  ['Authorization', 'Bearer \xff'],
  ['Authorization', 'Basic Og=='],
  ['x-api-key', 'k'.repeat(8000)],
  ['X-Request-Id', 'x'.repeat(300)],
  ['X-Request-Id', '{"a":1}'],
  ['CF-Connecting-IP', '::::'],
  ['cf-turnstile-response', '\xff'],
  ['Content-Encoding', 'gzip'],
  ['Expect', '100-continue'],
  ['Inference-Header-Content-Length', 'NaN'],
) as fc.Arbitrary<[string, string]>;

/** How the body's length is told: rightly, too long, too short, or in chunks that are none. */
const framing = fc.constantFrom('right', 'right', 'right', 'long', 'short', 'chunks');

const request = fc
  .record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'HEAD', 'PUT', 'OPTIONS', 'DELETE'),
    target,
    content,
    headers: fc.oneof(fc.constant([]), fc.array(header, { maxLength: 4 })),
    framing,
  })
  .map(({ method, target, content: [type, body], headers, framing }): Sent => {
    const length = {
      right: ['Content-Length', String(body.length)],
      long: ['Content-Length', String(body.length + 10)],
      short: ['Content-Length', String(Math.max(0, body.length - 10))],
      chunks: ['Transfer-Encoding', 'chunked'],
    } as const;
    const all = [...headers, ['Content-Type', type] as const, length[framing]];
    // fetch and programs send each once; what a server makes of two is its own matter.
    return { method, target, headers: [...new Map(all)], body };
  });

/**
 * What must be true of every answer.
 *
 * @returns its problem's code, or its status
 */
function expectSound(answer: Answer, { method }: Sent): string {
  const { status, headers, body } = answer;
  expect(status).toBeLessThan(500);
  expect(headers.get('X-Request-Id')).toMatch(/^[\w=-]{1,255}$/);
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(body).not.toMatch(/worker\.js|\n {4}at |node_modules/);
  if (status < 400 || method === 'HEAD') return String(status);
  const type = headers.get('Content-Type') ?? '';
  expect(type).toMatch(/^(application\/problem\+json|text\/html|text\/plain)/);
  if (type !== 'application/problem+json') return String(status);
  const problem = problemAnswer.parse(JSON.parse(body));
  expect(problem.status).toBe(status);
  expect(problem.detail.length).toBeLessThan(1000);
  return problem.code;
}

describe('any request', () => {
  test('is answered, or refused with a problem, and leaves nothing behind', async () => {
    const outcomes: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 4, maxLength: 4 }), async (sent) => {
        const answers = await Promise.all(sent.map(exchange));
        for (const [i, answer] of answers.entries()) {
          // What is no HTTP gets an answer without a word of Petal's.
          if (answer === undefined || !answer.headers.has('X-Petal-Version')) {
            expect(answer?.status ?? 400).toBeLessThan(500);
            continue;
          }
          outcomes.push(expectSound(answer, sent[i]));
        }
      }),
      { seed, numRuns: 300, endOnFailure: true },
    );
    // What there is to go wrong went wrong, and some did not.
    expect(outcomes).toEqual(
      expect.arrayContaining([
        '200',
        'empty-body',
        'image-decode-failed',
        'invalid-json',
        'invalid-multipart',
        'invalid-parameter',
        'method-not-allowed',
        'model-not-found',
        'not-found',
        'origin-not-allowed',
        'unsupported-media-type',
      ]),
    );
    expect(logged).toEqual([]);

    const response = await petal.fetch('/v1/classify', { method: 'POST', body: neverSent(daisy) });
    expect(response.status).toBe(200);
    const { predictions } = classifyAnswer.parse(await response.json());
    if (inject('trained')) expect(predictions[0].label).toBe('daisy');
    const health = await petal.fetch('/healthz');
    expect(await health.json()).toMatchObject({ tensorCount: 2 });
  });
});
