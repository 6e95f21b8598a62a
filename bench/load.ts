import { startPetal } from '../src/testing/start-petal.ts';
import { readInvalidPhotos, readValidPhotos } from '../test/support/photos.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { findFreePort } from './inspector.ts';
import {
  type AttackResult,
  attackTable,
  dripAlong,
  floodWithUploads,
  formatStatuses,
} from './load-attacks.ts';
import { Connection } from './load-exchange.ts';
import { explainGrowth, leastGrowth, memoryTable, watchMemory } from './load-memory.ts';
import { compareWithRival, type RivalComparison, rivalTable } from './load-rival.ts';
import { type LoadPlan, type LoadResult, runLoad } from './load-run.ts';
import { kinds, prepareSupplies, type Supplies } from './load-traffic.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { quantile } from './statistics.ts';
import { missing, number, type Table } from './table.ts';

const seed = 4;
const warmUpSeconds = 5;

/** Of the second phase, in which most are turned away. */
const crowded = { places: 8, seconds: 15, patient: 10 } as const;

/** By which V8's heap and buffers may grow from half to half, in MB. */
const targetGrowth = 2;

/** What is listed of what should not have happened; more of the same says no more. */
const maxListed = 40;

/** Whether a Worker stands many clients at once, good, bad and gone. */
export const load: Benchmark = {
  name: 'load',
  question: 'What do many clients at once get, good ones, bad ones and such as go away?',
  run: (setting) => withScratchFolder((folder) => measure(setting, folder)),
};

async function measure(setting: Setting, folder: string): Promise<Report> {
  const { connections, seconds } = setting.load;
  const inspectorPort = await findFreePort();
  // Lines of a log on this terminal would be measured, too.
  const bindings = { PETAL_LOG: 'off' };
  const worker = await startPetal({ bundle: setting.bundle, inspectorPort, bindings });
  try {
    const { url } = worker;
    const supplies = await askForSupplies(url);
    const plan = { url, kinds, supplies, connections, patient: 0, mayBeOverloaded: false };
    await runLoad({ ...plan, seconds: warmUpSeconds, seed: seed + connections });
    const { result: mix, readings } = await watchMemory(url, inspectorPort, () =>
      runLoad({ ...plan, seconds, seed }),
    );
    const comparison =
      setting.rivalsMissing === undefined
        ? await compareWithRival(url, setting.artifactPath, supplies, connections, folder)
        : undefined;
    const flood = await floodWithUploads(url, inspectorPort, supplies, connections);
    const { drip, beside, besideMedianMs } = await dripAlong(url, inspectorPort, supplies);
    const attacks = [flood, drip, beside];
    const crowd = await runCrowd(setting.bundle, plan);
    const unexpected = [
      ...mix.unexpected,
      ...explainGrowth(readings),
      ...(comparison?.unexpected ?? []),
      ...attacks.flatMap((attack) => attack.unexpected),
      ...crowd.unexpected,
    ];
    return {
      tables: [
        mixTable(mix, connections),
        memoryTable(readings),
        ...(comparison === undefined ? [] : [rivalTable(comparison, connections)]),
        crowdTable(crowd, connections),
        attackTable(attacks),
      ],
      notes: [
        ...mixNotes(mix),
        targetNote(
          'growth of what V8 heap and buffers hold at the least, from half to half of the curve,',
          leastGrowth(readings) / 1e6,
          targetGrowth,
          ' MB',
        ),
        "The process holds Miniflare's own Workers and workerd's allocator, too; it rises for any Worker, and for a trivial one it levels off after some ten thousand requests.",
        ...comparisonNotes(comparison, setting),
        ...crowdNotes(crowd),
        `Beside those that drip, half of the good photos were answered within ${number(besideMedianMs)} ms.`,
      ],
      wrongAnswers: listed(unexpected),
      measurements: {
        mix: measurementsOf(mix),
        memory: readings,
        comparison,
        crowd: measurementsOf(crowd),
        attacks: attacks.map(attackMeasurements),
      },
    };
  } finally {
    await worker.dispose();
  }
}

async function askForSupplies(url: URL): Promise<Supplies> {
  const connection = new Connection(url);
  const supplies = await prepareSupplies(readValidPhotos(), readInvalidPhotos(), connection);
  connection.close();
  return supplies;
}

/** The same mix, on a Worker that has few places. */
async function runCrowd(bundle: string, plan: Omit<LoadPlan, 'seconds' | 'seed'>) {
  const bindings = { PETAL_LOG: 'off', PETAL_MAX_IN_FLIGHT: String(crowded.places) };
  const worker = await startPetal({ bundle, bindings });
  try {
    return await runLoad({
      ...plan,
      url: worker.url,
      // Entity tags are of one version, and each start is one.
      supplies: await askForSupplies(worker.url),
      seconds: crowded.seconds,
      seed: seed + 1000,
      patient: crowded.patient,
      mayBeOverloaded: true,
    });
  } finally {
    await worker.dispose();
  }
}

function mixTable({ kinds, seconds }: LoadResult, connections: number): Table {
  const row = (name: string, durationsMs: readonly number[], statuses: Map<string, number>) => {
    const sorted = [...durationsMs].sort((a, b) => a - b);
    const count = [...statuses.values()].reduce((sum, count) => sum + count, 0);
    const at = (fraction: number): string =>
      sorted.length === 0 ? missing : number(quantile(sorted, fraction));
    return [
      name,
      String(count),
      number(count / seconds),
      at(0.5),
      at(0.95),
      at(0.99),
      formatStatuses(statuses),
    ];
  };
  const rows = kinds.map(({ kind, durationsMs, statuses }) =>
    row(kind.name, durationsMs, statuses),
  );
  const groups = (['good', 'bad', 'leaves'] as const).map((group) => {
    const members = kinds.filter(({ kind }) => kind.group === group);
    const durations = members.flatMap(({ durationsMs }) => durationsMs);
    return row(`all: ${group}`, durations, sumStatuses(members));
  });
  const all = row(
    'all',
    kinds.flatMap(({ durationsMs }) => durationsMs),
    sumStatuses(kinds),
  );
  return {
    title: `${connections} connections for ${number(seconds)} s; latency in milliseconds`,
    columns: ['request', 'count', 'per second', 'p50', 'p95', 'p99', 'answers'],
    rows: [...rows, ...groups, all],
  };
}

function sumStatuses(results: LoadResult['kinds']): Map<string, number> {
  const sum = new Map<string, number>();
  for (const { statuses } of results) {
    for (const [status, count] of statuses) sum.set(status, (sum.get(status) ?? 0) + count);
  }
  return sum;
}

function mixNotes({ unexpected }: LoadResult): string[] {
  return [
    `Each answer was compared with what has to come of its request: ${unexpected.length} differ. "left": the client went away before there was one.`,
  ];
}

function crowdTable({ kinds }: LoadResult, connections: number): Table {
  return {
    title: `The same mix from ${connections} connections, where ${crowded.places} requests may be in flight`,
    columns: ['request', 'answers'],
    rows: (['good', 'bad', 'leaves'] as const).map((group) => [
      group,
      formatStatuses(sumStatuses(kinds.filter(({ kind }) => kind.group === group))),
    ]),
  };
}

function crowdNotes({ attempts, unexpected }: LoadResult): string[] {
  const most = Math.max(0, ...attempts);
  return [
    `There, ${crowded.patient} clients did as Retry-After says, beside others who asked for the next thing at once: ${attempts.length} requests of theirs were turned away at first and answered in the end, after ${most} attempts at the most. ${unexpected.length} answers were not right. "cut off": turned away while it was still sending; workerd stops listening a second later.`,
  ];
}

function comparisonNotes(
  comparison: RivalComparison | undefined,
  { rivalsMissing }: Setting,
): string[] {
  return comparison === undefined
    ? [`The rival is missing: ${rivalsMissing}.`]
    : [
        `The rival got the ${comparison.photos} of the mix's photos that it reads and recognises; one thread works on photos in both, and HTTP has another in the rival.`,
      ];
}

function listed(unexpected: readonly string[]): string[] {
  const more = unexpected.length - maxListed;
  return [...unexpected.slice(0, maxListed), ...(more > 0 ? [`... and ${more} more.`] : [])];
}

function measurementsOf({ kinds, seconds, attempts }: LoadResult): object {
  return {
    seconds,
    attempts,
    kinds: kinds.map(({ kind, durationsMs, statuses }) => ({
      name: kind.name,
      group: kind.group,
      durationsMs,
      statuses: Object.fromEntries(statuses),
    })),
  };
}

function attackMeasurements({ statuses, ...attack }: AttackResult): object {
  return { ...attack, statuses: Object.fromEntries(statuses) };
}
