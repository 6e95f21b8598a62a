import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { openArtifact } from '../src/mobilenet/artifact.ts';
import { Connection } from './load-exchange.ts';
import { type LoadResult, runLoad } from './load-run.ts';
import { type KnownPhoto, kinds, type Supplies } from './load-traffic.ts';
import { writeOnnxModel } from './onnx-model.ts';
import { quantile } from './statistics.ts';
import { number, type Table } from './table.ts';

/** How often each has its turn, and for how long. */
const turns = 3;
const turnSeconds = 5;

/** New photos, as neither remembers them: the rival has no cache. */
const comparable = kinds.filter(({ name }) => name === 'photo, new');

export interface RivalComparison {
  readonly petal: Throughput;
  readonly rival: Throughput;
  readonly photos: number;
  readonly unexpected: readonly string[];
}

interface Throughput {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** The same photos from the same clients, to Petal and to native code in turns. */
export async function compareWithRival(
  petalUrl: URL,
  artifactPath: string,
  supplies: Supplies,
  connections: number,
  folder: string,
): Promise<RivalComparison> {
  const artifact = openArtifact(new Uint8Array(await readFile(artifactPath)).buffer);
  const modelPath = join(folder, 'model.onnx');
  await writeFile(modelPath, await writeOnnxModel(artifact));
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'native-server.ts'), modelPath, String(artifact.metadata.inputSize)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      // One thread works on photos, as Petal has one.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    },
  );
  try {
    const rivalUrl = await urlOf(child);
    const photos = await answeredByRival(rivalUrl, supplies.photos);
    const plan = { kinds: comparable, supplies: { ...supplies, photos }, connections };
    const others = { seconds: turnSeconds, patient: 0, mayBeOverloaded: false };
    const results: Record<'petal' | 'rival', LoadResult[]> = { petal: [], rival: [] };
    for (let turn = 0; turn < turns; turn++) {
      for (const [name, url] of [
        ['petal', petalUrl],
        ['rival', rivalUrl],
      ] as const) {
        // New to Petal in each turn.
        results[name].push(await runLoad({ ...plan, ...others, url, seed: 1e6 + turn * 1000 }));
      }
    }
    return {
      petal: throughputOf(results.petal),
      rival: throughputOf(results.rival),
      photos: photos.length,
      unexpected: [...results.petal, ...results.rival].flatMap((result) => result.unexpected),
    };
  } finally {
    child.kill();
  }
}

async function urlOf({ stdout }: ChildProcess): Promise<URL> {
  if (stdout === null) throw new Error('The rival has no standard output.');
  const [port] = (await once(createInterface(stdout), 'line')) as [string];
  return new URL(`http://127.0.0.1:${port}`);
}

/** Those that the rival can read, and recognises: sharp has no BMP, and resamples otherwise. */
async function answeredByRival(url: URL, photos: readonly KnownPhoto[]): Promise<KnownPhoto[]> {
  const connection = new Connection(url);
  const answered: KnownPhoto[] = [];
  for (const photo of photos) {
    const answer = await connection.exchange({ method: 'POST', path: '/', body: photo.bytes });
    const label = `"label":${JSON.stringify(photo.label)}`;
    if (answer?.body.toString().startsWith(`{"predictions":[{${label}`)) answered.push(photo);
  }
  connection.close();
  return answered;
}

function throughputOf(results: readonly LoadResult[]): Throughput {
  const durations = results.flatMap(({ kinds }) => kinds.flatMap((kind) => kind.durationsMs));
  durations.sort((a, b) => a - b);
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  return {
    perSecond: durations.length / seconds,
    medianMs: quantile(durations, 0.5),
    p95Ms: quantile(durations, 0.95),
  };
}

export function rivalTable({ petal, rival }: RivalComparison, connections: number): Table {
  const row = (name: string, { perSecond, medianMs, p95Ms }: Throughput): string[] => [
    name,
    number(perSecond),
    number(medianMs),
    number(p95Ms),
  ];
  return {
    title: `New photos only, ${connections} connections, ${turns} turns of ${turnSeconds} s each`,
    columns: ['server', 'per second', 'p50 ms', 'p95 ms'],
    rows: [
      row('Petal in workerd', petal),
      row('sharp + onnxruntime-node behind node:http', rival),
      [
        'ratio',
        `${number(petal.perSecond / rival.perSecond)}x`,
        `${number(petal.medianMs / rival.medianMs)}x`,
        `${number(petal.p95Ms / rival.p95Ms)}x`,
      ],
    ],
  };
}
