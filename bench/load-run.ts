import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../test/fuzz/random.ts';
import { Connection, type LoadAnswer } from './load-exchange.ts';
import { type Kind, pickKind, type Supplies } from './load-traffic.ts';

export interface LoadPlan {
  readonly url: URL;
  readonly kinds: readonly Kind[];
  readonly supplies: Supplies;
  readonly connections: number;
  readonly seconds: number;
  readonly seed: number;
  /** How many of the connections do as `Retry-After` says; the others turn to their next request. */
  readonly patient: number;
  /** Whether 503 `overloaded` is expected. */
  readonly mayBeOverloaded: boolean;
}

/** What came of one kind of request. */
export interface KindResult {
  readonly kind: Kind;
  /** How long each took that was answered as it should be, in milliseconds. */
  readonly durationsMs: number[];
  /** How often each status came; "left" where the client didn't wait for one. */
  readonly statuses: Map<string, number>;
}

export interface LoadResult {
  readonly kinds: readonly KindResult[];
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Everything that should not have happened, a sentence each. */
  readonly unexpected: readonly string[];
  /** How often each patient client that was turned away had to ask until it had its answer. */
  readonly attempts: readonly number[];
}

/** Keeps connections busy with a mix of requests; the same mix for the same seed. */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const results = new Map<Kind, KindResult>();
  for (const kind of plan.kinds) {
    results.set(kind, { kind, durationsMs: [], statuses: new Map() });
  }
  const unexpected: string[] = [];
  const attempts: number[] = [];
  const start = performance.now();
  const endMs = start + plan.seconds * 1000;
  await Promise.all(
    Array.from({ length: plan.connections }, async (_, i) => {
      const random = new Random(plan.seed + i);
      const connection = new Connection(plan.url);
      while (performance.now() < endMs) {
        const kind = pickKind(random, plan.kinds);
        const result = results.get(kind);
        if (result === undefined) continue;
        const complaint = await attempt(
          plan,
          connection,
          random,
          result,
          attempts,
          i < plan.patient,
        );
        if (complaint !== undefined) unexpected.push(`${kind.name}: ${complaint}`);
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  return { kinds: [...results.values()], seconds, unexpected, attempts };
}

/** @returns what should not have happened */
async function attempt(
  { supplies, mayBeOverloaded }: LoadPlan,
  connection: Connection,
  random: Random,
  { kind, durationsMs, statuses }: KindResult,
  attempts: number[],
  isPatient: boolean,
): Promise<string | undefined> {
  const { request, complain } = kind.call(random, supplies);
  for (let count = 1; ; count++) {
    const start = performance.now();
    try {
      const answer = await connection.exchange(request);
      const status = String(answer?.status ?? 'left');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (answer === undefined) return undefined;
      const retryAfter = retryAfterOf(answer);
      if (mayBeOverloaded && retryAfter !== undefined) {
        if (!isPatient) return undefined;
        await wait(retryAfter * 1000);
        continue;
      }
      const complaint = complain(answer);
      if (complaint !== undefined) return complaint;
    } catch (error) {
      // workerd stops listening a second after it has turned away a client that still sends.
      const isCutOff = mayBeOverloaded && request.pace !== undefined;
      const status = isCutOff ? 'cut off' : 'none';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (isCutOff) return undefined;
      return `no answer: ${error instanceof Error ? error.message : error}`;
    }
    durationsMs.push(performance.now() - start);
    if (count > 1) attempts.push(count);
    return undefined;
  }
}

/** In seconds, where an answer turns the client away as it should. */
function retryAfterOf({ status, headers, body }: LoadAnswer): number | undefined {
  if (status !== 503 || !body.includes('"overloaded"')) return undefined;
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? seconds : undefined;
}
