import { setTimeout as wait } from 'node:timers/promises';
import { type HeapUsage, Inspector } from './inspector.ts';
import { readResidentBytes } from './resident-memory.ts';
import { mebibytes, missing, type Table } from './table.ts';
import { readHealth } from './worker-client.ts';

/** How long each row of the curve is. */
const rowMs = 5000;

/** Between two looks. */
const lookMs = 250;

export interface MemoryReading {
  readonly when: string;
  readonly wasmBytes: number;
  readonly tensors: number;
  /** Of workerd's whole process, where the system tells. */
  readonly residentBytes: number | undefined;
  /** V8's heap and buffers when they held least, which is when garbage was collected last. */
  readonly least: HeapUsage;
  /** When they held most. */
  readonly most: HeapUsage;
}

/** Memory before, during and after some work. */
export async function watchMemory<T>(
  url: URL,
  inspectorPort: number,
  work: () => Promise<T>,
): Promise<{ result: T; readings: MemoryReading[] }> {
  const inspector = await Inspector.connect(inspectorPort);
  try {
    const readings = [await read('before', url, inspector, 0)];
    let isDone = false;
    const start = performance.now();
    const done = work().finally(() => {
      isDone = true;
    });
    while (!isDone) {
      const reading = await read('', url, inspector, rowMs);
      const seconds = Math.round((performance.now() - start) / 1000);
      readings.push({ ...reading, when: `${seconds} s` });
    }
    const result = await done;
    readings.push(await read('after', url, inspector, 0));
    return { result, readings };
  } finally {
    inspector.close();
  }
}

async function read(
  when: string,
  url: URL,
  inspector: Inspector,
  durationMs: number,
): Promise<MemoryReading> {
  const endMs = performance.now() + durationMs;
  let least = await inspector.readHeapUsage();
  let most = least;
  while (performance.now() < endMs) {
    await wait(lookMs);
    const usage = await inspector.readHeapUsage();
    if (heapBytes(usage) < heapBytes(least)) least = usage;
    if (heapBytes(usage) > heapBytes(most)) most = usage;
  }
  const { wasmHeapBytes: wasmBytes, tensorCount: tensors } = await readHealth(url);
  const residentBytes = await readResidentBytes('workerd');
  return { when, wasmBytes, tensors, residentBytes, least, most };
}

export function memoryTable(readings: readonly MemoryReading[]): Table {
  const most = Math.max(...readings.map(isolateBytes));
  return {
    title:
      'Memory in MiB, least and most of each row: V8 heap and buffers, with the WASM heap that of the isolate',
    columns: ['', 'tensors', 'WASM heap', 'V8 heap', 'buffers', 'process', 'isolate'],
    rows: readings.map((reading) => [
      reading.when,
      String(reading.tensors),
      mebibytes(reading.wasmBytes),
      range(reading, 'usedBytes'),
      range(reading, 'bufferBytes'),
      reading.residentBytes === undefined ? missing : mebibytes(reading.residentBytes),
      `${mebibytes(isolateBytes(reading))} ${'#'.repeat(Math.round((isolateBytes(reading) / most) * 20)).padEnd(20)}`,
    ]),
  };
}

function range({ least, most }: MemoryReading, field: keyof HeapUsage): string {
  return `${mebibytes(least[field])} to ${mebibytes(most[field])}`;
}

function heapBytes({ usedBytes, bufferBytes }: HeapUsage): number {
  return usedBytes + bufferBytes;
}

/** The most that counted against an isolate's 128 MB. */
function isolateBytes({ wasmBytes, most }: MemoryReading): number {
  return wasmBytes + heapBytes(most);
}

/** @returns what grew, a sentence each: tensors and the WASM heap are the same after any load */
export function explainGrowth(readings: readonly MemoryReading[]): string[] {
  const [before, after] = [readings[0], readings[readings.length - 1]];
  const grown = (what: string, from: number, to: number): string[] =>
    from === to ? [] : [`${what} went from ${from} to ${to}.`];
  return [
    ...grown('The number of tensors', before.tensors, after.tensors),
    ...grown('The WASM heap', before.wasmBytes, after.wasmBytes),
  ];
}

/**
 * How much more V8's heap and buffers hold at the least in the second half of
 * the curve than in the first, in bytes: garbage comes and goes, a leak stays.
 */
export function leastGrowth(readings: readonly MemoryReading[]): number {
  const curve = readings.slice(1, -1).map(({ least }) => heapBytes(least));
  const half = Math.floor(curve.length / 2);
  return Math.min(...curve.slice(half)) - Math.min(...curve.slice(0, Math.max(1, half)));
}
