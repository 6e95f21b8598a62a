import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type ObtainEvent, type ObtainOptions, obtain, SourcesFailed } from '../../model/obtain.ts';
import type { WantedFile } from '../../model/wanted-file.ts';
import {
  type Answer,
  addressOfNobody,
  breakOff,
  type LoopbackServer,
  neverAnswer,
  send,
  serve,
  stall,
  status,
} from './loopback-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

const content = randomBytes(300_000);
const file: WantedFile = {
  name: 'weights.tflite',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
};
const wrongContent = Buffer.from(content);
wrongContent[150_000] ^= 1;
const wrongSha256 = createHash('sha256').update(wrongContent).digest('hex');

/** Long enough for this machine to answer, short enough to wait for. */
const impatient = { headersTimeoutMs: 400, stallTimeoutMs: 400, attempts: 2, backoffMs: 5 };
const patient = { headersTimeoutMs: 20_000, stallTimeoutMs: 20_000, attempts: 3, backoffMs: 5 };

interface Outcome {
  /** Bytes of the file obtained. */
  bytes?: Buffer;
  error?: unknown;
  /** Everything in the target folder afterwards. */
  left: string[];
  events: ObtainEvent[];
}

async function tryToObtain(folder: string, options: Partial<ObtainOptions>): Promise<Outcome> {
  const events: ObtainEvent[] = [];
  const onProgress = (event: ObtainEvent) => {
    events.push(event);
  };
  const outcome: Pick<Outcome, 'bytes' | 'error'> = {};
  try {
    const path = await obtain(file, {
      folder,
      mirrors: [],
      urls: [],
      download: patient,
      onProgress,
      ...options,
    });
    expect(path).toBe(join(folder, file.name));
    outcome.bytes = await readFile(path);
  } catch (error) {
    outcome.error = error;
  }
  return { ...outcome, left: await readdir(folder), events };
}

/** Why the address failed; fails itself where it did not. */
function reasonOf({ error }: Outcome, url: string): string {
  expect(error).toBeInstanceOf(SourcesFailed);
  const failures = error instanceof SourcesFailed ? error.failures : [];
  return failures.find(({ source }) => source === url)?.reason ?? 'did not fail';
}

/** One address that always answers so, and nothing else to obtain the file from. */
async function onlySource(
  answer: Answer,
  download: ObtainOptions['download'] = patient,
): Promise<{ outcome: Outcome; reason: string; requests: number }> {
  const server = await serve({ '/file': answer });
  const url = server.url('/file');
  const folder = await temporaryFolder();
  const outcome = await tryToObtain(folder, { urls: [url], download });
  return { outcome, reason: reasonOf(outcome, url), requests: server.requests('/file') };
}

/** A misbehaving address, then a good one. */
async function thenGood(
  answer: Answer,
  download: ObtainOptions['download'] = patient,
): Promise<{ outcome: Outcome; server: LoopbackServer }> {
  const server = await serve({ '/bad': answer, '/good': send(content) });
  const folder = await temporaryFolder();
  const urls = [server.url('/bad'), server.url('/good')];
  return { outcome: await tryToObtain(folder, { urls, download }), server };
}

function expectObtained(outcome: Outcome): void {
  expect(outcome.error).toBeUndefined();
  expect(outcome.bytes?.equals(content)).toBe(true);
  expect(outcome.left).toEqual([file.name]);
}

describe('an address that gives the file', () => {
  test('is downloaded, and its progress told from its beginning to its end', async () => {
    const server = await serve({ '/file': send(content) });
    const url = server.url('/file');
    const outcome = await tryToObtain(await temporaryFolder(), { urls: [url] });
    expectObtained(outcome);
    const { events } = outcome;
    expect(events[0]).toEqual({ kind: 'download-began', file, url });
    expect(events.at(-1)).toEqual({ kind: 'download-ended', file, url });
    const received = events.flatMap((event) =>
      event.kind === 'download-progressed' ? [event.receivedBytes] : [],
    );
    expect(received[0]).toBe(0);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
    expect(received.at(-1)).toBe(content.length);
  });

  test('may be slow as long as it goes on', async () => {
    const slow: Answer = async (response) => {
      response.writeHead(200);
      for (let start = 0; start < content.length; start += 30_000) {
        await sleep(120);
        response.write(content.subarray(start, start + 30_000));
      }
      response.end();
    };
    const server = await serve({ '/file': slow });
    const outcome = await tryToObtain(await temporaryFolder(), {
      urls: [server.url('/file')],
      // Less than the whole takes.
      download: { headersTimeoutMs: 1_000, stallTimeoutMs: 1_000, attempts: 1 },
    });
    expectObtained(outcome);
  });

  test('may redirect', async () => {
    const redirect: Answer = (response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    const server = await serve({ '/file': redirect, '/elsewhere': send(content) });
    expectObtained(await tryToObtain(await temporaryFolder(), { urls: [server.url('/file')] }));
  });
});

describe('an address that misbehaves', () => {
  test('is given up where its headers do not come', async () => {
    const { outcome, reason, requests } = await onlySource(neverAnswer, impatient);
    expect(reason).toBe('no answer within 400 ms (tried 2 times)');
    expect(requests).toBe(2);
    expect(outcome.left).toEqual([]);
  });

  test('is given up where it stalls in the middle', async () => {
    const { outcome, reason, requests } = await onlySource(stall(content), impatient);
    expect(reason).toBe('nothing more arrived for 400 ms (tried 2 times)');
    expect(requests).toBe(2);
    expect(outcome.left).toEqual([]);
  });

  test('is given up where it goes on for ever without ending', async () => {
    const drip: Answer = async (response) => {
      response.writeHead(200, { 'content-length': content.length });
      for (let at = 0; at < content.length && !response.destroyed; at++) {
        response.write(content.subarray(at, at + 1));
        await sleep(20);
      }
    };
    const hurried = { ...patient, attemptTimeoutMs: 400, attempts: 1 };
    const { outcome, reason } = await onlySource(drip, hurried);
    expect(reason).toBe('it was not done within 400 ms');
    expect(outcome.left).toEqual([]);
  });

  test('is tried again where it drops the connection in the middle', async () => {
    const { outcome, reason, requests } = await onlySource(breakOff(content));
    expect(reason).toMatch(/^the network failed: .+ \(tried 3 times\)$/);
    expect(requests).toBe(3);
    expect(outcome.left).toEqual([]);
  });

  test('is tried again where it ends early as if that were all', async () => {
    const { outcome, reason, requests } = await onlySource(send(content.subarray(0, 299_999)));
    expect(reason).toBe(
      'the transfer broke off: it has 299,999 bytes instead of 300,000 bytes (tried 3 times)',
    );
    expect(requests).toBe(3);
    expect(outcome.left).toEqual([]);
  });

  test('is not tried again where it sends wrong bytes of the right number', async () => {
    const { outcome, reason, requests } = await onlySource(send(wrongContent));
    expect(reason).toBe(
      `it sent another file: its sha256 is ${wrongSha256} instead of ${file.sha256}`,
    );
    expect(requests).toBe(1);
    expect(outcome.left).toEqual([]);
  });

  test('is left as soon as it sends too many bytes, however many are to come', async () => {
    let closed: Promise<unknown> | undefined;
    const endless: Answer = (response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(content));
      };
      response.on('drain', more);
      more();
    };
    const { outcome, reason, requests } = await onlySource(endless);
    expect(reason).toBe('it sent another file: it has more than the expected 300,000 bytes');
    expect(requests).toBe(1);
    expect(outcome.left).toEqual([]);
    await closed;
  });

  test.each([400, 403, 404, 410])('is not tried again after a %i', async (code) => {
    const { outcome, reason, requests } = await onlySource(status(code));
    expect(reason).toContain(`the server answered ${code}`);
    expect(requests).toBe(1);
    expect(outcome.left).toEqual([]);
  });

  test.each([429, 500, 503])('is tried again after a %i', async (code) => {
    const { outcome, reason, requests } = await onlySource(status(code));
    expect(reason).toContain(`the server answered ${code}`);
    expect(reason).toContain('(tried 3 times)');
    expect(requests).toBe(3);
    expect(outcome.left).toEqual([]);
  });

  test('is tried again where nobody listens', async () => {
    const url = await addressOfNobody();
    const outcome = await tryToObtain(await temporaryFolder(), { urls: [url] });
    expect(reasonOf(outcome, url)).toMatch(
      /^the network failed: .*ECONNREFUSED.* \(tried 3 times\)$/,
    );
    expect(outcome.left).toEqual([]);
  });

  test.each<[string, Answer, ObtainOptions['download']]>([
    ['no answer', neverAnswer, impatient],
    ['a stall', stall(content), impatient],
    ['a dropped connection', breakOff(content), patient],
    ['a 500', status(500), patient],
  ])('gives the file where only the first try ends in %s', async (_, answer, download) => {
    const good = send(content);
    const server = await serve({
      '/file': (response, attempt, request) =>
        (attempt === 1 ? answer : good)(response, attempt, request),
    });
    const urls = [server.url('/file')];
    expectObtained(await tryToObtain(await temporaryFolder(), { urls, download }));
    expect(server.requests('/file')).toBe(2);
  });

  test.each<[string, Answer, ObtainOptions['download']]>([
    ['no answer', neverAnswer, impatient],
    ['a stall', stall(content), impatient],
    ['a dropped connection', breakOff(content), patient],
    ['wrong bytes', send(wrongContent), patient],
    ['too many bytes', send(Buffer.concat([content, content])), patient],
    ['a 404', status(404), patient],
    ['a 500 each time', status(500), patient],
  ])('makes room for the next address after %s', async (_, answer, download) => {
    const { outcome, server } = await thenGood(answer, download);
    expectObtained(outcome);
    expect(server.requests('/good')).toBe(1);
    expect(outcome.events.map(({ kind }) => kind)).toContain('download-failed');
  });
});

describe('the target folder', () => {
  test('is enough where it holds the file: nobody is asked, nothing is told', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, file.name), content);
    const server = await serve({ '/file': send(content) });
    const outcome = await tryToObtain(folder, { urls: [server.url('/file')] });
    expectObtained(outcome);
    expect(server.requests('/file')).toBe(0);
    expect(outcome.events).toEqual([]);
  });

  test.each([
    ['of another size', content.subarray(1)],
    ['of the right size', wrongContent],
  ])('gets a right file in place of a wrong one %s', async (_, wrong) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, file.name), wrong);
    const server = await serve({ '/file': send(content) });
    expectObtained(await tryToObtain(folder, { urls: [server.url('/file')] }));
  });

  test('keeps a wrong file where no right one can be had', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, file.name), wrongContent);
    const { error, left } = await tryToObtain(folder, {});
    expect(error).toBeInstanceOf(SourcesFailed);
    expect(String(error)).toContain(`its sha256 is ${wrongSha256} instead of ${file.sha256}`);
    expect(left).toEqual([file.name]);
    expect((await readFile(join(folder, file.name))).equals(wrongContent)).toBe(true);
  });

  test('is made where it is missing', async () => {
    const folder = join(await temporaryFolder(), 'model');
    const server = await serve({ '/file': send(content) });
    expectObtained(await tryToObtain(folder, { urls: [server.url('/file')] }));
  });

  test('takes the file from several at once', async () => {
    const folder = await temporaryFolder();
    const server = await serve({ '/file': send(content) });
    const urls = [server.url('/file')];
    await Promise.all(Array.from({ length: 5 }, () => obtain(file, { folder, mirrors: [], urls })));
    expect(await readdir(folder)).toEqual([file.name]);
    expect((await readFile(join(folder, file.name))).equals(content)).toBe(true);
  });
});

describe('a mirror folder', () => {
  test('comes before the addresses', async () => {
    const mirror = await temporaryFolder();
    await writeFile(join(mirror, file.name), content);
    const server = await serve({ '/file': send(content) });
    const outcome = await tryToObtain(await temporaryFolder(), {
      mirrors: [mirror],
      urls: [server.url('/file')],
    });
    expectObtained(outcome);
    expect(server.requests('/file')).toBe(0);
    expect(outcome.events.map(({ kind }) => kind)).toEqual(['copied']);
    expect(await readdir(mirror)).toEqual([file.name]);
  });

  test('is passed over where it is missing, empty or wrong', async () => {
    const [empty, short, wrong, odd, good] = await Promise.all(
      Array.from({ length: 5 }, () => temporaryFolder()),
    );
    await writeFile(join(short, file.name), content.subarray(1));
    await writeFile(join(wrong, file.name), wrongContent);
    await mkdir(join(odd, file.name));
    const mirrors = [join(empty, 'missing'), empty, short, wrong, odd];

    const failed = await tryToObtain(await temporaryFolder(), { mirrors });
    const failures = failed.error instanceof SourcesFailed ? failed.error.failures : [];
    expect(failures.slice(1).map(({ reason }) => reason)).toEqual([
      'there is no such folder',
      'there is no such file',
      'it has 299,999 bytes instead of 300,000 bytes',
      `its sha256 is ${wrongSha256} instead of ${file.sha256}`,
      'it is not a file',
    ]);
    expect(failed.left).toEqual([]);

    await writeFile(join(good, file.name), content);
    expectObtained(await tryToObtain(await temporaryFolder(), { mirrors: [...mirrors, good] }));
  });
});

describe('when every source fails', () => {
  test('the message says what was tried, why it failed, and what to put where', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'model');
    await mkdir(folder);
    const server = await serve({});
    const urls = [server.url('/first'), server.url('/second')];
    const { error, left } = await tryToObtain(folder, { mirrors: [join(root, 'mirror')], urls });
    const [model, mirror] = [folder, join(root, 'mirror')].map((path) => relative('', path));
    expect(error).toBeInstanceOf(SourcesFailed);
    expect(error instanceof Error && error.message.split('\n')).toEqual([
      'weights.tflite could not be obtained. Tried in this order:',
      `  1. ${join(model, file.name)}: there is no such file`,
      `  2. ${join(mirror, file.name)}: there is no such folder`,
      `  3. ${urls[0]}: the server answered 404 Not Found`,
      `  4. ${urls[1]}: the server answered 404 Not Found`,
      `Put the file weights.tflite (300,000 bytes, sha256 ${file.sha256}) into the folder ${model}${sep}, then run the same command again.`,
      `Any browser on any machine can fetch it from ${urls[0]}`,
    ]);
    expect(left).toEqual([]);
  });

  test('an error that no other source could mend is not put down to the source', async () => {
    const root = await temporaryFolder();
    const folder = join(root, 'model');
    // A folder of the file's name: nothing can be renamed to it.
    await mkdir(join(folder, file.name), { recursive: true });
    const server = await serve({ '/file': send(content) });
    const { error, left } = await tryToObtain(folder, { urls: [server.url('/file')] });
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(SourcesFailed);
    expect(left).toEqual([file.name]);
  });
});

describe('a stop from outside', () => {
  test('ends a download at once and leaves nothing', async () => {
    const server = await serve({ '/file': stall(content) });
    const folder = await temporaryFolder();
    const stop = new AbortController();
    const reason = new Error('Stopped.');
    const kinds: string[] = [];
    const outcome = await tryToObtain(folder, {
      urls: [server.url('/file'), server.url('/file')],
      signal: stop.signal,
      onProgress: (event) => {
        kinds.push(event.kind);
        if (event.kind === 'download-progressed') stop.abort(reason);
      },
    });
    expect(kinds.at(-1)).toBe('download-failed');
    expect(outcome.error).toBe(reason);
    expect(outcome.left).toEqual([]);
    expect(server.requests('/file')).toBe(1);
  });

  test('ends the wait before another try', async () => {
    const server = await serve({ '/file': status(500) });
    const stop = new AbortController();
    const reason = new Error('Stopped.');
    const outcome = await tryToObtain(await temporaryFolder(), {
      urls: [server.url('/file')],
      signal: stop.signal,
      download: {
        backoffMs: 600_000,
        fetch: async (...request) => {
          setTimeout(() => stop.abort(reason), 20);
          return fetch(...request);
        },
      },
    });
    expect(outcome.error).toBe(reason);
    expect(outcome.left).toEqual([]);
  });
});
