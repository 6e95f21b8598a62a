import { symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { startProgress } from '../src/cli/progress.ts';
import { collectingEarly } from '../src/testing/early-collection.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { type Benchmark, type Report, type Setting, targetNote } from './benchmark.ts';
import { findChildren } from './child-cpu.ts';
import { Connection, type LoadRequest } from './load-exchange.ts';
import { canMeasurePeaks, residentBytesOf } from './resident-memory.ts';
import { withScratchFolder } from './scratch-folder.ts';
import { mebibytes, number, type Table } from './table.ts';

const connections = 16;
const rounds = 10;

/** Of Petal to the bare worker, in the same run. */
const targetRatio = 1.2;

/** Reads what comes and answers; what it grows by is workerd's and Miniflare's. */
const bareScript = `export default {
  async fetch(request) {
    await request.arrayBuffer();
    const isFound = !request.url.endsWith('/nowhere');
    return new Response('{}', { status: isFound ? 200 : 404 });
  },
};`;

/** One that answers, in a workerd of its own. */
interface Server {
  readonly url: URL;
  dispose(): Promise<void>;
}

interface Contender {
  readonly name: string;
  start(): Promise<Server>;
}

interface Kind {
  readonly name: string;
  readonly request: LoadRequest;
  readonly status: number;
  /** Of each contender, over all rounds. */
  readonly count: number;
}

/** What one contender's workerd held, in bytes: before, and after each round. */
interface Growth {
  readonly contender: string;
  readonly residentBytes: number[];
}

/** What a long run of small requests leaves in workerd's memory. */
export const growth: Benchmark = {
  name: 'growth',
  question: 'How much does the memory of workerd grow with each request?',
  run: (setting) => withScratchFolder((folder) => measure(setting, folder)),
};

async function measure({ bundle, photos }: Setting, folder: string): Promise<Report> {
  if (!canMeasurePeaks) {
    const notes = ['Not measured: only Linux tells the memory of another process.'];
    return { tables: [], notes, wrongAnswers: [], measurements: {} };
  }
  // A bundle without a site beside it.
  const alone = join(folder, 'worker');
  await symlink(bundle, alone, 'dir');
  const bare = 'bare worker';
  const petal = 'Petal';
  const contenders: Contender[] = [
    { name: bare, start: () => startBare({}) },
    { name: 'bare, early collection', start: () => collectingEarly(() => startBare({})) },
    {
      name: 'bare, with a site',
      start: () => startBare({ assets: { directory: join(dirname(bundle), 'site') } }),
    },
    { name: 'Petal without its site', start: () => startPetal({ bundle: alone }) },
    { name: petal, start: () => startPetal({ bundle }) },
  ];
  const kinds: Kind[] = [
    { name: '404', request: get('/nowhere'), status: 404, count: 20_000 },
    { name: '/healthz', request: get('/healthz'), status: 200, count: 20_000 },
    {
      name: 'photo, seen before',
      request: { method: 'POST', path: '/v1/classify', body: photos[0].bytes },
      status: 200,
      count: 10_000,
    },
  ];
  const tables: Table[] = [];
  const notes = [
    `${connections} connections; contenders take turns, ${rounds} rounds each. kB a request is the resident memory of workerd after the last round less that before the first, by the number of requests.`,
    'Early collection: V8 collects old objects from 4 MB on, as in Petal. The bare worker answers through Miniflare, without bindings.',
  ];
  const wrongAnswers: string[] = [];
  const measurements: Record<string, readonly Growth[]> = {};
  const nodeBefore = process.memoryUsage.rss();
  for (const kind of kinds) {
    const growths = await grow(contenders, kind, wrongAnswers);
    measurements[kind.name] = growths;
    tables.push(growthTable(kind, growths));
    const of = (name: string): number =>
      perRequest(
        kind,
        growths.find(({ contender }) => contender === name),
      );
    notes.push(
      targetNote(`${kind.name}, Petal to the bare worker`, of(petal) / of(bare), targetRatio, 'x'),
    );
  }
  const nodeGrowth = process.memoryUsage.rss() - nodeBefore;
  notes.push(`Node.js's own process, clients included, grew by ${mebibytes(nodeGrowth)} MiB.`);
  return { tables, notes, wrongAnswers, measurements };
}

function get(path: string): LoadRequest {
  return { method: 'GET', path };
}

async function startBare(extra: { assets?: { directory: string } }): Promise<Server> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          name: 'bare',
          modules: true,
          script: bareScript,
          compatibilityDate: '2026-11-02',
          ...(extra.assets === undefined
            ? {}
            : { assets: { ...extra.assets, routerConfig: { has_user_worker: true } } }),
        },
      ],
      host: '127.0.0.1',
      port: 0,
      cf: false,
    }),
  );
  return { url: new URL(await miniflare.ready), dispose: () => miniflare.dispose() };
}

/** Starts all contenders and has them answer in turn. */
async function grow(
  contenders: readonly Contender[],
  kind: Kind,
  wrongAnswers: string[],
): Promise<Growth[]> {
  const started: (Growth & { readonly server: Server; readonly pid: number })[] = [];
  const progress = startProgress(rounds * contenders.length, `rounds of ${kind.name}`);
  try {
    for (const { name, start } of contenders) {
      const others = await findChildren('workerd');
      const server = await start();
      const pid = (await findChildren('workerd')).find((each) => !others.includes(each));
      if (pid === undefined) throw new Error(`The workerd of ${name} is not found.`);
      started.push({ contender: name, residentBytes: [], server, pid });
      // What the first requests take is not growth.
      await send(server.url, kind, connections * 10, wrongAnswers);
    }
    for (const { pid, residentBytes } of started) residentBytes.push(await residentBytesOf(pid));
    for (let round = 0; round < rounds; round++) {
      for (const { server, pid, residentBytes } of started) {
        await send(server.url, kind, kind.count / rounds, wrongAnswers);
        residentBytes.push(await residentBytesOf(pid));
        progress.increment();
      }
    }
  } finally {
    progress.stop();
    await Promise.all(started.map(({ server }) => server.dispose()));
  }
  return started.map(({ contender, residentBytes }) => ({ contender, residentBytes }));
}

async function send(
  url: URL,
  { name, request, status }: Kind,
  count: number,
  wrongAnswers: string[],
): Promise<void> {
  let left = count;
  const client = async (): Promise<void> => {
    const connection = new Connection(url);
    while (left > 0) {
      left -= 1;
      const answer = await connection.exchange(request);
      if (answer?.status !== status) wrongAnswers.push(`${name}: ${url} answers ${answer?.status}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, client));
}

/** @returns bytes */
function perRequest({ count }: Kind, growth: Growth | undefined): number {
  if (growth === undefined) return Number.NaN;
  const { residentBytes } = growth;
  return ((residentBytes.at(-1) ?? Number.NaN) - residentBytes[0]) / count;
}

function growthTable(kind: Kind, growths: readonly Growth[]): Table {
  return {
    title: `${kind.name}: resident memory of workerd in MiB`,
    columns: ['', 'before', `after ${kind.count / 2}`, `after ${kind.count}`, 'kB a request'],
    rows: growths.map((growth) => [
      growth.contender,
      mebibytes(growth.residentBytes[0]),
      mebibytes(growth.residentBytes[rounds / 2]),
      mebibytes(growth.residentBytes[rounds]),
      number(perRequest(kind, growth) / 1000),
    ]),
  };
}
