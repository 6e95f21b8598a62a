import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Connection, type LoadRequest } from '../../bench/load-exchange.ts';
import { runLoad } from '../../bench/load-run.ts';
import { kinds, prepareSupplies, type Supplies } from '../../bench/load-traffic.ts';
import { type HealthAnswer, healthAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';

/** Requests that may be in flight, and clients at once. */
const places = 20;

// What the mix's photos show is only known to trained weights.
describe.runIf(inject('trained'))('the bundled Worker under load', () => {
  let worker: Petal;
  let supplies: Supplies;

  beforeAll(async () => {
    const bindings = { PETAL_LOG: 'off', PETAL_MAX_IN_FLIGHT: String(places) };
    worker = await startPetal({ bundle: inject('bundle'), bindings });
    const connection = new Connection(worker.url);
    supplies = await prepareSupplies(inject('validPhotos'), inject('invalidPhotos'), connection);
    connection.close();
  });
  afterAll(async () => {
    await worker.dispose();
  });

  async function health(): Promise<HealthAnswer> {
    const response = await fetch(new URL('/healthz', worker.url));
    return healthAnswer.parse(await response.json());
  }

  /** @returns the statuses of so many clients who send the same at once */
  async function sendAtOnce(request: LoadRequest): Promise<(number | undefined)[]> {
    return await Promise.all(
      Array.from({ length: places }, async () => {
        const connection = new Connection(worker.url);
        const answer = await connection.exchange(request);
        connection.close();
        return answer?.status;
      }),
    );
  }

  /** Slowly enough that all are in flight at once. */
  function slowPhoto(): LoadRequest {
    const pace = { pieces: 8, pauseMs: 100 };
    return { method: 'POST', path: '/v1/classify', body: supplies.photos[0].bytes, pace };
  }

  test('answers each of many clients as it should, and keeps nothing of them', async () => {
    const { tensorCount, wasmHeapBytes } = await health();
    const { kinds: results, unexpected } = await runLoad({
      url: worker.url,
      supplies,
      kinds,
      connections: places,
      seconds: 5,
      seed: 7,
      patient: places,
      mayBeOverloaded: true,
    });
    expect(unexpected).toEqual([]);
    expect(results.some(({ statuses }) => statuses.has('left'))).toBe(true);
    expect(await health()).toMatchObject({ tensorCount, wasmHeapBytes });
    expect(new Set(await sendAtOnce(slowPhoto()))).toEqual(new Set([200]));
  });

  test.for(['end', 'reset'] as const)(
    'has all places free at once when clients leave in the middle of their uploads (%s)',
    async (how) => {
      const photo = slowPhoto();
      const leaves = { share: 0.5, afterMs: 100, how } as const;
      expect(await sendAtOnce({ ...photo, leaves })).toEqual(Array(places).fill(undefined));
      expect(new Set(await sendAtOnce(photo))).toEqual(new Set([200]));
    },
  );
});
