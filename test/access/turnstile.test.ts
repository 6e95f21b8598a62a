import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  readTurnstileKeys,
  type TurnstileService,
  verifyTurnstile,
} from '../../src/access/turnstile.ts';
import { AppError } from '../../src/errors.ts';
import {
  type Answer,
  addressOfNobody,
  neverAnswer,
  send,
  serve,
  status,
} from '../model/loopback-server.ts';
import {
  dummySecrets,
  dummySiteKey,
  dummyToken,
  type Siteverify,
  startSiteverify,
} from '../support/siteverify.ts';

let siteverify: Siteverify;
beforeAll(async () => {
  siteverify = await startSiteverify();
});
afterAll(async () => {
  await siteverify.close();
});
beforeEach(() => {
  siteverify.questions.length = 0;
  siteverify.failures = 0;
});

const service = (secretKey: string = siteverify.secretKey): TurnstileService => ({
  fetch,
  secretKey,
  url: siteverify.url,
});

/** A token that siteverify takes once. */
function widgetToken(): string {
  const token = `0.${crypto.randomUUID()}`;
  siteverify.tokens.add(token);
  return token;
}

async function refusal(verified: Promise<void>): Promise<AppError> {
  const error = await verified.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error('The token was accepted, or something else was thrown.', { cause: error });
}

describe('verifyTurnstile', () => {
  test('accepts a good token, once', async () => {
    const token = widgetToken();
    await verifyTurnstile(service(), token, { remoteIp: '203.0.113.7' });
    expect(siteverify.questions).toEqual([
      {
        secret: siteverify.secretKey,
        response: token,
        remoteip: '203.0.113.7',
        idempotency_key: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    const { code, facts, message } = await refusal(verifyTurnstile(service(), token));
    expect([code, facts]).toEqual(['challenge-failed', { reason: 'timeout-or-duplicate' }]);
    expect(message).toContain('used before or is older than five minutes');
  });

  test('does not say where a visitor is whose address it does not know', async () => {
    await verifyTurnstile(service(), widgetToken());
    expect(siteverify.questions[0]).not.toHaveProperty('remoteip');
  });

  test('accepts the dummy token under the dummy secret key that always passes', async () => {
    await verifyTurnstile(service(dummySecrets.passes), dummyToken);
    await verifyTurnstile(service(dummySecrets.passes), dummyToken);
  });

  test.for([
    [dummySecrets.fails, 'invalid-input-response', 'does not know the token'],
    [dummySecrets.spent, 'timeout-or-duplicate', 'used before'],
  ] as const)('refuses it under %s', async ([secretKey, reason, sentence]) => {
    const error = await refusal(verifyTurnstile(service(secretKey), dummyToken));
    expect(error).toMatchObject({ code: 'challenge-failed', facts: { reason } });
    expect(error.message).toContain(sentence);
  });

  test('refuses the dummy token under a real secret key', async () => {
    const error = await refusal(verifyTurnstile(service(), dummyToken));
    expect(error).toMatchObject({
      code: 'challenge-failed',
      facts: { reason: 'invalid-input-response' },
    });
  });

  test.for([
    ['no token', null, 'missing-input-response'],
    ['an empty token', '', 'missing-input-response'],
    ['a token that is too long', 'x'.repeat(2049), 'invalid-input-response'],
  ] as const)('refuses %s without asking', async ([, token, reason]) => {
    const error = await refusal(verifyTurnstile(service(), token));
    expect(error).toMatchObject({ code: 'challenge-failed', facts: { reason } });
    expect(siteverify.questions).toEqual([]);
  });

  test('asks about a token of 2048 characters', async () => {
    const token = 'x'.repeat(2048);
    siteverify.tokens.add(token);
    await verifyTurnstile(service(), token);
  });

  test('asks once more after an internal error, so that the token still counts', async () => {
    siteverify.failures = 1;
    await verifyTurnstile(service(), widgetToken());
    expect(siteverify.questions).toHaveLength(2);
    expect(siteverify.questions[0]).toEqual(siteverify.questions[1]);
  });

  test('lets nobody in when siteverify keeps failing', async () => {
    siteverify.failures = 9;
    const error = await refusal(verifyTurnstile(service(), widgetToken()));
    expect(error).toMatchObject({ code: 'challenge-unavailable', facts: {} });
    expect(error.message).toContain('Try again in a moment');
    expect(siteverify.questions).toHaveLength(2);
  });

  test('lets nobody in under a wrong secret key, and does not tell visitors', async () => {
    const error = await refusal(verifyTurnstile(service('0xwrong'), widgetToken()));
    expect(error).toMatchObject({ code: 'challenge-unavailable', facts: {} });
    expect(error.message).not.toMatch(/secret/);
    // For the log.
    expect(error.cause).toMatchObject({
      errors: [{ message: expect.stringContaining('invalid-input-secret') }, {}],
    });
  });

  const json = (value: unknown): Answer => send(new TextEncoder().encode(JSON.stringify(value)));
  test.for([
    ['says nothing', neverAnswer],
    ['answers with a page', status(502)],
    ['answers with other JSON', json({ ok: true })],
    ['answers with a success that is no boolean', json({ success: 'true' })],
    ['refuses without a reason', json({ success: false })],
    ['refuses for a reason that is not documented', json({ success: false, 'error-codes': ['x'] })],
    ['redirects', (response) => response.writeHead(307, { location: siteverify.url }).end()],
    ['hangs up', (response) => response.destroy()],
  ] as readonly (readonly [string, Answer])[])(
    'lets nobody in when siteverify %s',
    async ([, answer]) => {
      const url = (await serve({ '/siteverify': answer })).url('/siteverify');
      const slow = { ...service(), url, timeoutMs: answer === neverAnswer ? 50 : 30_000 };
      const error = await refusal(verifyTurnstile(slow, widgetToken()));
      expect(error.code).toBe('challenge-unavailable');
      expect(siteverify.questions).toEqual([]);
    },
  );

  test('lets nobody in when siteverify can not be reached', async () => {
    const url = await addressOfNobody();
    const error = await refusal(verifyTurnstile({ ...service(), url }, widgetToken()));
    expect(error.code).toBe('challenge-unavailable');
  });
});

describe('readTurnstileKeys', () => {
  test('reads both keys, or that there are none', () => {
    const keys = { siteKey: dummySiteKey, secretKey: dummySecrets.passes };
    expect(readTurnstileKeys(keys.siteKey, keys.secretKey)).toEqual(keys);
    expect(readTurnstileKeys(undefined, undefined)).toBeUndefined();
    expect(readTurnstileKeys('', '')).toBeUndefined();
  });

  test.for([
    [dummySiteKey, undefined, 'PETAL_TURNSTILE_SECRET_KEY is not set'],
    [undefined, dummySecrets.passes, 'PETAL_TURNSTILE_SITE_KEY is not set'],
  ] as const)(
    'refuses one without the other, and does not print it',
    ([site, secret, sentence]) => {
      expect(() => readTurnstileKeys(site, secret)).toThrow(sentence);
      expect(() => readTurnstileKeys(site, secret)).not.toThrow(/\dx0{10}/);
    },
  );
});
