import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { countRequest } from '../../src/http/admission.ts';
import type { PetalEnv, RequestFacts } from '../../src/http/context.ts';

/** What a request is counted by, with a rate limiter that lets everybody in. */
async function keyOf(address: string, caller?: RequestFacts['caller']): Promise<string> {
  const keys: string[] = [];
  const rateLimiter = {
    limit: async ({ key }: { key: string }) => {
      keys.push(key);
      return { success: true };
    },
  };
  const app = new Hono<PetalEnv>().get('/', async (c) => {
    c.set('facts', {
      photos: 0,
      cacheHits: 0,
      bytes: 0,
      ...(caller === undefined ? {} : { caller }),
    });
    await countRequest(c, { config: readConfig({}), peerOf: () => address, rateLimiter });
    return c.text('counted');
  });
  const response = await app.request('/');
  expect(response.status).toBe(200);
  return keys[0];
}

describe('the rate limit', () => {
  test('counts an IPv4 client by its address', async () => {
    expect(await keyOf('192.0.2.7')).toBe('address:192.0.2.7');
    expect(await keyOf('192.0.2.8')).not.toBe(await keyOf('192.0.2.7'));
  });

  test.for([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8:1:2::1', '2001:db8:1:2:3::'],
    ['2001:db8::1', '2001:db8:0:0:9::'],
    ['::1', '0:0:0:0:5::'],
  ] as const)('counts %s and %s as one: they are of one network', async ([one, other]) => {
    expect(await keyOf(one)).toBe(await keyOf(other));
  });

  test('tells IPv6 networks apart', async () => {
    expect(await keyOf('2001:db8:1:2::1')).not.toBe(await keyOf('2001:db8:1:3::1'));
  });

  test('counts who has a key by the key, wherever the request is from', async () => {
    expect(await keyOf('192.0.2.7', { kind: 'key', name: 'web' })).toBe('key:web');
  });
});
