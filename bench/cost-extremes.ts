/** What the most expensive files cost that anybody found: alone, and 32 of them in a form. */
import { startProgress } from '../src/cli/progress.ts';
import { readCorpus } from '../test/fuzz/corpus.ts';
import { Hunt, type JudgedFile } from '../test/fuzz/costly/hunt.ts';
import { judge, type Verdict } from '../test/fuzz/costly/verdict.ts';
import { type Measurable, measureWork } from '../test/fuzz/costly/work-meter.ts';
import { extremes } from '../test/fuzz/extremes/extremes.ts';
import { joinBytes } from '../test/fuzz/mutator.ts';
import { targetNote } from './benchmark.ts';
import type { CountedWorker } from './cost-process.ts';
import { honestFiles } from './honest-files.ts';
import type { LoadRequest } from './load-exchange.ts';
import { makePhonePhoto } from './phone-photo.ts';
import { number, type Table } from './table.ts';

/** Of the search, the same every time. */
const seed = 15;
/** Files that the search damages, behind those that were made by hand. */
const damagedByDefault = 200;
/** Turns in which a file and the reference are measured. */
const turns = 3;
const photosInForm = 32;
/** So that 32 of them, and what stands between them, are not more than a request may have. */
const maxFormFileBytes = 600_000;

/** How often the honest photo may be paid for. */
const maxFileRatio = 5;
const maxRequestRatio = 20;

/** What was measured, for `--json`. */
interface CostlyFileCost {
  readonly format: string;
  readonly name: string;
  readonly fit: string;
  readonly bytes: number;
  readonly outcome: string;
  readonly units: number;
  /** Of the processor's time for decoding, to the honest photo's. */
  readonly ratio: number;
  /** The same of 32 in a form, as a request to the real Worker. */
  readonly formRatio?: number;
}

export interface ExtremesReport {
  readonly tables: readonly Table[];
  readonly notes: readonly string[];
  readonly measurements: {
    readonly found: readonly CostlyFileCost[];
    readonly honest: readonly CostlyFileCost[];
  };
}

/**
 * @param scene a JPEG of 4 : 3
 * @param worker the real one, whose time is read
 * @param damagedFiles how many the search damages
 */
export async function measureExtremes(
  scene: Uint8Array,
  worker: CountedWorker,
  damagedFiles = damagedByDefault,
): Promise<ExtremesReport> {
  const honest = { width: 4032, height: 3024, progressive: false };
  const reference: Measurable = { bytes: await makePhonePhoto(scene, honest), fit: 'crop' };
  const found = await findExpensive(reference, damagedFiles);
  const singleMs = await measureRequests(worker, photoRequests(reference));
  const foundCosts: CostlyFileCost[] = [];
  for (const file of found) {
    const formMs = await measureRequests(worker, await formRequests(file));
    foundCosts.push({ ...costOf(file, file.verdict), formRatio: formMs / singleMs });
  }
  const honestCosts = await measureHonest(scene, reference);
  return {
    tables: [foundTable(foundCosts), honestTable(honestCosts)],
    notes: [
      `The most expensive files: of ${extremes.length} that were made by hand (test/fuzz/extremes) and ${damagedFiles} that a search made of them and of the corpus (npm run fuzz -- --costly), those with the most processor time, and the most of at most ${maxFormFileBytes / 1000} kB, of each format. "to the 12 MP JPEG": decoding alone, ${turns} turns of both, the quickest of each. "32 in a form": time of workerd's whole process for the request, to a request with that JPEG.`,
      targetNote('any small file', highest(foundCosts, 'ratio'), maxFileRatio, 'x'),
      targetNote('32 files in a form', highest(foundCosts, 'formRatio'), maxRequestRatio, 'x'),
    ],
    measurements: { found: foundCosts, honest: honestCosts },
  };
}

/** Small files: what a large one costs it has to bring along, as honest ones do. */
function highest(costs: readonly CostlyFileCost[], of: 'ratio' | 'formRatio'): number {
  const small = costs.filter(({ bytes }) => bytes <= maxFormFileBytes);
  return Math.max(0, ...small.map((cost) => cost[of] ?? 0));
}

/** The two most expensive files of each format: whatever their size, and of the small ones. */
async function findExpensive(reference: Measurable, damagedFiles: number): Promise<JudgedFile[]> {
  const formats = [...new Set(extremes.map(({ format }) => format))];
  const corpus = await readCorpus(formats);
  const small = extremes.filter(({ make }) => make().length <= maxFormFileBytes);
  const setting = { seed, corpus, reference, measure: measureWork };
  const anySize = new Hunt({ ...setting, extremes });
  const onlySmall = new Hunt({ ...setting, extremes: small, maxRecordBytes: maxFormFileBytes });
  const hunts = [anySize, onlySmall];
  const total = hunts.reduce((sum, { waiting }) => sum + waiting, 0) + damagedFiles;
  const progress = startProgress(total, 'expensive files');
  for (const hunt of hunts) while (hunt.waiting > 0) step(hunt);
  for (let i = 0; i < damagedFiles; i++) step(onlySmall);
  progress.stop();
  return formats.flatMap((format) => {
    const records = hunts.map((hunt) => hunt.records.get(format)?.get('time'));
    const files = records.filter((file) => file !== undefined);
    return [...new Map(files.map((file) => [`${file.source} ${file.fit}`, file])).values()];
  });

  function step(hunt: Hunt): void {
    hunt.step();
    progress.increment();
  }
}

async function measureHonest(scene: Uint8Array, reference: Measurable): Promise<CostlyFileCost[]> {
  const costs: CostlyFileCost[] = [];
  const progress = startProgress(honestFiles.length, 'honest files');
  for (const { name, format, make } of honestFiles) {
    const file: Measurable = { bytes: await make(scene), fit: 'crop' };
    const verdict = judge(measureWork, file, reference, turns);
    costs.push(costOf({ ...file, format, source: name, mutations: [] }, verdict));
    progress.increment();
  }
  progress.stop();
  return costs;
}

type Named = Pick<JudgedFile, 'format' | 'source' | 'mutations' | 'fit' | 'bytes'>;

function costOf(
  { format, source, mutations, fit, bytes }: Named,
  { ratio, work }: Verdict,
): CostlyFileCost {
  const changed = mutations.length === 0 ? '' : ` (${mutations.length} changes)`;
  const { outcome, units } = work;
  return { format, name: `${source}${changed}`, fit, bytes: bytes.length, outcome, units, ratio };
}

/** The same photo several times, each with an end of its own, so that no kept result answers. */
function variant(bytes: Uint8Array, number: number): Uint8Array {
  // The last byte is what a GIF ends with; others don't mind what is behind them.
  return joinBytes([bytes, [number & 255, (number >> 8) & 255, 0x3b]]);
}

let sent = 0;

function photoRequests({ bytes, fit }: Measurable): LoadRequest[] {
  return Array.from({ length: turns }, () => ({
    method: 'POST',
    path: `/v1/classify?fit=${fit}`,
    body: variant(bytes, sent++),
  }));
}

async function formRequests({ bytes, fit }: Measurable): Promise<LoadRequest[]> {
  const photos = bytes.length <= maxFormFileBytes ? photosInForm : 1;
  const requests = Array.from({ length: turns }, async (): Promise<LoadRequest> => {
    const form = new FormData();
    for (let i = 0; i < photos; i++) {
      form.append('image', new File([variant(bytes, sent++).slice()], 'photo'));
    }
    // Writes the form as a browser would.
    const written = new Response(form);
    return {
      method: 'POST',
      path: `/v1/classify?fit=${fit}`,
      headers: { 'Content-Type': written.headers.get('Content-Type') ?? '' },
      body: new Uint8Array(await written.arrayBuffer()),
    };
  });
  return await Promise.all(requests);
}

/** @returns milliseconds of the quickest request, after one that isn't counted */
async function measureRequests(
  worker: CountedWorker,
  [first, ...others]: readonly LoadRequest[],
): Promise<number> {
  const { status } = await worker.exchange(first);
  let leastMs = Number.POSITIVE_INFINITY;
  for (const request of others) {
    leastMs = Math.min(leastMs, await worker.measure([request], status));
  }
  return leastMs;
}

function foundTable(costs: readonly CostlyFileCost[]): Table {
  return {
    title: 'The most expensive file found of each format',
    columns: [
      'file',
      'bytes',
      'fit',
      'outcome',
      'million units',
      'to the 12 MP JPEG',
      '32 in a form',
    ],
    rows: costs.map((cost) => [
      cost.name,
      cost.bytes.toLocaleString('en'),
      cost.fit,
      cost.outcome,
      number(cost.units / 1e6),
      `${number(cost.ratio)}x`,
      `${number(cost.formRatio ?? 0)}x${cost.bytes > maxFormFileBytes ? ' (alone)' : ''}`,
    ]),
  };
}

function honestTable(costs: readonly CostlyFileCost[]): Table {
  return {
    title: 'Large files as honest people have them',
    columns: ['file', 'bytes', 'outcome', 'million units', 'to the 12 MP JPEG', 'units a byte'],
    rows: costs.map(({ format, name, bytes, outcome, units, ratio }) => [
      `${format}: ${name}`,
      bytes.toLocaleString('en'),
      outcome,
      number(units / 1e6),
      `${number(ratio)}x`,
      number(units / bytes),
    ]),
  };
}
