import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { classifyResults, problemAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';

/** Of [env.preview] in wrangler.toml, a minute. */
const limit = 60;
const key = makeKey();

describe('the rate limit of the platform', () => {
  let petal: Petal;
  beforeAll(async () => {
    petal = await startPetal({
      bundle: inject('bundle'),
      environment: 'preview',
      bindings: {
        PETAL_ACCESS: 'open',
        PETAL_API_KEYS: JSON.stringify([await describeKey(key, 'server', ['classify'])]),
      },
    });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  /** A request that costs nothing: a photo of one byte. */
  async function ask(headers: Record<string, string> = {}): Promise<Response> {
    const init = { method: 'POST', body: 'x', headers };
    return await petal.fetch('/v1/classify', init);
  }

  async function askUntilRefused(): Promise<number> {
    for (let count = 0; count <= 2 * limit; count++) {
      // A client that claims another address each time is counted by its own.
      const claimed = { 'CF-Connecting-IP': `192.0.2.${count % 256}` };
      const response = await ask(claimed);
      await response.body?.cancel();
      if (response.status === 429) return count;
    }
    return Number.POSITIVE_INFINITY;
  }

  test('turns an address away that asks too often, and says when to come back', async () => {
    // The period may end in between, and the count begin anew.
    expect(await askUntilRefused()).toBeLessThanOrEqual(2 * limit);
    const response = await ask();
    expect(response.status).toBe(429);
    expect(response.headers.get('Retry-After')).toBe('60');
    expect(problemAnswer.parse(await response.json()).code).toBe('rate-limited');
  });

  test('counts each key by itself', async () => {
    const response = await ask({ 'x-api-key': key });
    expect(response.status).toBe(415);
    await response.body?.cancel();
  });

  test('counts each photo of a list, and answers those that were within the limit', async () => {
    const form = new FormData();
    for (let i = 0; i < 32; i++) form.append('image', new File(['x'], 'photo'));
    const codes: string[] = [];
    for (let i = 0; i < 5 && !codes.includes('rate-limited'); i++) {
      const response = await petal.fetch('/v1/classify', {
        method: 'POST',
        body: form,
        headers: { 'x-api-key': key },
      });
      const body = await response.json();
      if (response.status === 429) break;
      const { results } = classifyResults.parse(body);
      codes.push(...results.map((each) => ('problem' in each ? each.problem.code : 'answered')));
    }
    expect(codes).toContain('unsupported-media-type');
    expect(codes).toContain('rate-limited');
  });

  test('leaves what costs nothing open to those who were turned away', async () => {
    const response = await petal.fetch('/healthz');
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });
});
