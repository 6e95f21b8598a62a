import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';
import {
  type AnswerParts,
  answerPhotos,
  type Outcome,
  type Question,
} from '../../src/http/answers.ts';
import type { PetalEnv } from '../../src/http/context.ts';
import type { PhotoSource } from '../../src/http/received.ts';
import { WaitingRoom } from '../../src/http/waiting-room.ts';

const limits = { maxInFlight: 2, maxHeldBytes: 1e6, maxWaitMs: 1000, leaseMs: 1e9 };
const clock = { now: () => performance.now(), wait: async () => undefined };

/** Answers a list of photos as a route would. */
async function answersFor(
  photos: readonly PhotoSource[],
  question: Question<string>,
  parts: Partial<AnswerParts> = {},
  lease = new WaitingRoom(limits, clock).enter(),
): Promise<readonly Outcome<string>[]> {
  const received = {
    ...{ photos, isList: true, fields: [], members: [], heldBytes: 1000 },
    release: () => undefined,
  };
  const outcomes: Outcome<string>[] = [];
  const app = new Hono<PetalEnv>().get('/', async (c) => {
    c.set('lease', lease);
    c.set('facts', { photos: 0, cacheHits: 0, bytes: 0 });
    const fixed = { clock, config: readConfig({}), peerOf: () => undefined, version: '1' };
    const all = { ...fixed, ...parts };
    outcomes.push(...(await answerPhotos(c, all, received, question)).outcomes);
    return c.body(null);
  });
  expect((await app.request('/')).status).toBe(200);
  return outcomes;
}

function question(answer: () => string): Question<string> {
  const durationsMs = { decode: 0, preprocess: 0, inference: 0 };
  return {
    text: 'What is it?',
    modelSha256: '',
    representation: 'application/json',
    isJson: true,
    answer: () => ({ answer: answer(), durationsMs }),
  };
}

/** What came of each: its answer, or the code of its problem. */
function codes(outcomes: readonly Outcome<string>[]): string[] {
  return outcomes.map((outcome) => {
    if ('answer' in outcome) return outcome.answer;
    return outcome.error instanceof AppError ? outcome.error.code : 'unknown';
  });
}

const addresses = [1, 2, 3, 4].map((i) => ({ url: `https://photos.example/${i}` }));

test('holds memory for the answers of many photos as they come', async () => {
  const room = new WaitingRoom(limits, clock);
  const held: number[] = [];
  const large = question(() => {
    held.push(room.heldBytes);
    return 'x'.repeat(100_000);
  });
  const photos = [1, 2, 3].map((i) => ({ bytes: () => Uint8Array.of(i) }));
  await answersFor(photos, large, {}, room.enter());
  expect(held[1]).toBeGreaterThan(100_000);
  expect(held[2]).toBeGreaterThan(200_000);
});

test('fetches photos for no longer than a body may take, all together', async () => {
  let nowMs = 0;
  const parts = {
    clock: { ...clock, now: () => nowMs },
    fetchPhoto: async () => {
      nowMs += 40_000;
      return Uint8Array.of(nowMs % 255);
    },
  };
  const outcomes = await answersFor(
    addresses,
    question(() => 'a daisy'),
    parts,
  );
  expect(codes(outcomes)).toEqual([
    'a daisy',
    'a daisy',
    'remote-fetch-failed',
    'remote-fetch-failed',
  ]);
});

test('fetches no photo that the rate limit refuses', async () => {
  const fetched: string[] = [];
  let left = 1;
  const parts = {
    rateLimiter: { limit: async () => ({ success: left-- > 0 }) },
    fetchPhoto: async (url: string) => {
      fetched.push(url);
      return Uint8Array.of(1);
    },
  };
  const outcomes = await answersFor(
    addresses.slice(0, 3),
    question(() => 'a daisy'),
    parts,
  );
  expect(codes(outcomes)).toEqual(['a daisy', 'a daisy', 'rate-limited']);
  expect(fetched).toHaveLength(2);
});
