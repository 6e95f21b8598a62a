import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { answerPhotos, type Question } from '../../src/http/answers.ts';
import type { PetalEnv } from '../../src/http/context.ts';
import { WaitingRoom } from '../../src/http/waiting-room.ts';

const clock = { now: () => performance.now(), wait: async () => undefined };

test('holds memory for the answers of many photos as they come', async () => {
  const limits = { maxInFlight: 2, maxHeldBytes: 1e6, maxWaitMs: 1000, leaseMs: 1000 };
  const lease = new WaitingRoom(limits, clock).enter();
  const held: number[] = [];
  const question: Question<string> = {
    text: 'How long is it?',
    modelSha256: '',
    representation: 'application/json',
    isJson: true,
    answer() {
      held.push(lease.heldByAll());
      return {
        answer: 'x'.repeat(100_000),
        durationsMs: { decode: 0, preprocess: 0, inference: 0 },
      };
    },
  };
  const bytes = () => Uint8Array.of(1);
  const received = {
    photos: [{ bytes }, { bytes }, { bytes }],
    isList: true,
    fields: [],
    members: [],
    heldBytes: 1000,
    release: () => undefined,
  };
  const app = new Hono<PetalEnv>().get('/', async (c) => {
    c.set('lease', lease);
    c.set('facts', { photos: 0, cacheHits: 0, bytes: 0 });
    const parts = { clock, config: readConfig({}), version: '1' };
    const { outcomes } = await answerPhotos(c, parts, received, question);
    return c.json(outcomes.length);
  });
  expect(await (await app.request('/')).json()).toBe(3);
  expect(held[1]).toBeGreaterThan(100_000);
  expect(held[2]).toBeGreaterThan(200_000);
});
