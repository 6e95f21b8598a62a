import { setTimeout as wait } from 'node:timers/promises';
import { watchHeap } from './inspector.ts';
import { Connection, type LoadAnswer, type LoadRequest } from './load-exchange.ts';
import { runLoad } from './load-run.ts';
import { kinds, type Supplies } from './load-traffic.ts';
import { quantile } from './statistics.ts';
import { number, type Table } from './table.ts';

/** Just below the 20 MB that a body may have. */
const uploadBytes = 19_900_000;

/** Clients that send a byte a second, and for how long they would. */
const dripping = 40;
const dripSeconds = 30;

/** Clients with good photos beside them. */
const goodBeside = 5;

export interface AttackResult {
  readonly name: string;
  readonly statuses: ReadonlyMap<string, number>;
  readonly slowestMs: number;
  /** Most that the isolate's buffers held. */
  readonly bufferBytes: number;
  readonly unexpected: readonly string[];
}

/** Many large uploads at once: memory stays bounded, and each is answered or turned away. */
export async function floodWithUploads(
  url: URL,
  inspectorPort: number,
  { photos }: Supplies,
  connections: number,
): Promise<AttackResult> {
  const [{ bytes, label }] = photos;
  const body = Buffer.concat([bytes, Buffer.alloc(uploadBytes - bytes.length)]);
  const request: LoadRequest = { method: 'POST', path: '/v1/classify', body };
  const unexpected: string[] = [];
  const outcomes: Outcome[] = [];
  const heap = await watchHeap(inspectorPort, async () => {
    outcomes.push(
      ...(await Promise.all(Array.from({ length: connections }, () => attempt(url, request)))),
    );
  });
  for (const { answer, complaint } of outcomes) {
    const isRight =
      answer?.status === 503
        ? Number(answer.headers['retry-after']) > 0
        : answer?.body.includes(`"predictions":[{"label":${JSON.stringify(label)}`);
    if (!isRight) unexpected.push(`20 MB: ${complaint ?? answer?.body.toString().slice(0, 200)}`);
  }
  return {
    name: `${connections} clients with 20 MB each`,
    statuses: count(outcomes),
    slowestMs: Math.max(...outcomes.map(({ durationMs }) => durationMs)),
    bufferBytes: heap.bufferBytes,
    unexpected,
  };
}

/** Clients that send next to nothing, for as long as they may, while others send photos. */
export async function dripAlong(
  url: URL,
  inspectorPort: number,
  supplies: Supplies,
): Promise<{ drip: AttackResult; beside: AttackResult; besideMedianMs: number }> {
  const request: LoadRequest = {
    method: 'POST',
    path: '/v1/classify',
    body: new Uint8Array(uploadBytes),
    pace: { pieces: dripSeconds, pauseMs: 1000 },
    leaves: { share: dripSeconds / uploadBytes, afterMs: 0, how: 'reset' },
  };
  let drips: Outcome[] = [];
  const work = async () => {
    const all = Promise.all(Array.from({ length: dripping }, () => attempt(url, request)));
    // All have their place before the first good photo comes.
    await wait(1000);
    const result = await runLoad({
      url,
      supplies,
      kinds: kinds.filter(({ name }) => name === 'photo, new'),
      connections: goodBeside,
      seconds: 8,
      seed: 2e6,
      patient: 0,
      mayBeOverloaded: false,
    });
    drips = await all;
    return result;
  };
  let beside: Awaited<ReturnType<typeof work>> | undefined;
  const heap = await watchHeap(inspectorPort, async () => {
    beside = await work();
  });
  const [photos] = beside?.kinds ?? [];
  const durations = [...(photos?.durationsMs ?? [])].sort((a, b) => a - b);
  return {
    drip: {
      name: `${dripping} clients with a byte a second`,
      statuses: count(drips),
      slowestMs: Math.max(...drips.map(({ durationMs }) => durationMs)),
      bufferBytes: heap.bufferBytes,
      unexpected: drips
        .filter(({ answer }) => answer?.status !== 408)
        .map(({ answer, complaint }) => `drip: ${complaint ?? answer?.status ?? 'not cut off'}`),
    },
    beside: {
      name: `${goodBeside} clients with photos beside them`,
      statuses: photos?.statuses ?? new Map(),
      slowestMs: durations.at(-1) ?? Number.NaN,
      bufferBytes: heap.bufferBytes,
      unexpected: beside?.unexpected ?? [],
    },
    besideMedianMs: durations.length === 0 ? Number.NaN : quantile(durations, 0.5),
  };
}

interface Outcome {
  readonly answer?: LoadAnswer | undefined;
  readonly complaint?: string;
  readonly durationMs: number;
}

async function attempt(url: URL, request: LoadRequest): Promise<Outcome> {
  const connection = new Connection(url);
  const start = performance.now();
  try {
    const answer = await connection.exchange(request);
    return { answer, durationMs: performance.now() - start };
  } catch (error) {
    return { complaint: String(error), durationMs: performance.now() - start };
  } finally {
    connection.close();
  }
}

function count(outcomes: readonly Outcome[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { answer } of outcomes) {
    const status = String(answer?.status ?? 'none');
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

export function attackTable(attacks: readonly AttackResult[]): Table {
  return {
    title: 'Attacks',
    columns: ['clients', 'answers', 'slowest s', 'buffers MB'],
    rows: attacks.map(({ name, statuses, slowestMs, bufferBytes }) => [
      name,
      formatStatuses(statuses),
      number(slowestMs / 1000),
      number(bufferBytes / 1e6),
    ]),
  };
}

/** 12 x 200, 3 x 503 */
export function formatStatuses(statuses: ReadonlyMap<string, number>): string {
  return [...statuses]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([status, count]) => `${count} x ${status}`)
    .join(', ');
}
