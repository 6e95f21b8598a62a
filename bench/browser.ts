import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startProgress } from '../src/cli/progress.ts';
import type { BinaryChoice } from '../src/local/binary-choice.ts';
import type { LocalNetwork } from '../src/local/local-network.ts';
import { type Stage, stages } from '../src/pipeline/analyse-image.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../test/support/chromium.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { formatPhotos, type Photo } from './photos.ts';
import { type Summary, summarize } from './statistics.ts';
import { number, type Table } from './table.ts';
import { readServerTiming, withoutCache } from './worker-client.ts';

const warmUpRounds = 10;
const minTimedRounds = 60;

/** How often the network is loaded again, from what the browser keeps. */
const loadRounds = 5;

/** Threads look out for more work for some milliseconds, and whoever is next would be disturbed. */
const pauseMs = 20;

/** Probabilities may differ by so much: binaries add in another order. */
const tolerance = 1e-3;

/** The network in the browser with one of tfjs's binaries. */
interface LocalContender extends BinaryChoice {
  readonly title: string;
}

const simd: LocalContender = { title: 'SIMD', name: 'tfjs-backend-wasm-simd.wasm', threads: 1 };
const plain: LocalContender = { title: 'plain', name: 'tfjs-backend-wasm.wasm', threads: 1 };

/** More threads than cores would wait for each other. */
function threaded(cores: number): LocalContender[] {
  const counts = [2, 3, 4, 6, 8].filter((threads) => threads <= cores);
  return counts.map((threads) => ({
    title: `SIMD, ${threads} threads`,
    name: 'tfjs-backend-wasm-threaded-simd.wasm',
    threads,
  }));
}

const rivalName = 'Petal in workerd (SIMD)';

interface Answer {
  readonly label: string;
  readonly probability: number;
  readonly durationsMs: Record<Stage, number>;
  /** From handing the photo over to having its answer, in the page. */
  readonly photoMs: number;
}

interface Contender {
  readonly name: string;
  classify(photo: Photo): Promise<Answer>;
}

interface Timing {
  readonly stages: Record<Stage, Summary>;
  readonly photo: Summary;
}

interface Loading {
  /** With the download, from this machine. */
  readonly firstMs: number;
  readonly again: Summary;
}

/** The network in Chromium, on each of tfjs's binaries, against the same network on the server. */
export const browser: Benchmark = {
  name: 'browser',
  question: 'How long does the network take in Chromium, with threads and without?',
  async run(setting: Setting): Promise<Report> {
    const executablePath = chromiumPath();
    if (executablePath === null) {
      const note = 'Nothing was measured: no Chromium was found (CHROMIUM_PATH names one).';
      return { tables: [], notes: [note], wrongAnswers: [], measurements: {} };
    }
    const petal = await startPetal({ bundle: setting.bundle, bindings: withoutCache });
    const chromium = await launchChromium(executablePath);
    try {
      const page = await chromium.newPage();
      await page.goto(petal.url.href);
      await page.evaluate(`import('/local.js').then((all) => { local = all; networks = []; })`);
      const cores = await page.evaluate(() => navigator.hardwareConcurrency);
      const locals = [...threaded(cores), simd, plain];
      const loadings = new Map<string, Loading>();
      const contenders: Contender[] = [];
      for (const choice of locals) {
        loadings.set(choice.title, await load(page, choice));
        contenders.push(inChromium(page, choice.title, contenders.length));
      }
      contenders.push(inWorkerd(page));
      await handOver(page, setting.photos);
      const wrongAnswers = await compareAnswers(contenders, setting.photos);
      const timings = await timeInTurns(contenders, setting.photos);
      return report(timings, loadings, wrongAnswers, setting);
    } finally {
      await chromium.close();
      await petal.dispose();
    }
  },
};

declare global {
  /** In the page. */
  var local: typeof import('../src/local/local-network.ts');
  var networks: LocalNetwork[];
  var photos: Map<string, Blob>;
}

/** Loads the network and keeps it in the page. */
async function load(page: Page, { name, threads }: BinaryChoice): Promise<Loading> {
  const durationsMs = await page.evaluate(
    async ([binary, rounds]) => {
      const durationsMs: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const start = performance.now();
        const network = await local.loadLocalNetwork({ binaries: [binary] });
        durationsMs.push(performance.now() - start);
        if (round === rounds) networks.push(network);
        else network.dispose();
      }
      return durationsMs;
    },
    [{ name, threads }, loadRounds] as const,
  );
  const [firstMs, ...again] = durationsMs;
  return { firstMs, again: summarize(again) };
}

async function handOver(page: Page, all: readonly Photo[]): Promise<void> {
  await page.evaluate(
    (all) => {
      photos = new Map(
        all.map(({ name, base64 }) => [name, new Blob([Uint8Array.fromBase64(base64)])]),
      );
    },
    all.map(({ name, bytes }) => ({ name, base64: bytes.toBase64() })),
  );
}

function inChromium(page: Page, name: string, place: number): Contender {
  return {
    name,
    classify: (photo) =>
      page.evaluate(
        async ([place, name]) => {
          const start = performance.now();
          const { answer, durationsMs } = await networks[place].classify(
            photos.get(name) ?? new Blob(),
          );
          const photoMs = performance.now() - start;
          const [{ label, probability }] = answer.predictions;
          return { label, probability, durationsMs, photoMs };
        },
        [place, photo.name] as const,
      ),
  };
}

/** The server, asked from the page. */
function inWorkerd(page: Page): Contender {
  return {
    name: rivalName,
    async classify(photo) {
      const { timing, ...answer } = await page.evaluate(async (name) => {
        const start = performance.now();
        const body = photos.get(name) ?? new Blob();
        const response = await fetch('/v1/classify', { method: 'POST', body });
        if (!response.ok) throw new Error(`The server refuses ${name}: ${await response.text()}`);
        const { predictions } = await response.json();
        const photoMs = performance.now() - start;
        const [{ label, probability }] = predictions;
        return { label, probability, photoMs, timing: response.headers.get('Server-Timing') };
      }, photo.name);
      return { ...answer, durationsMs: readServerTiming(timing ?? '') };
    },
  };
}

/** @returns what differs from the server, a sentence each */
async function compareAnswers(
  contenders: readonly Contender[],
  all: readonly Photo[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const photo of all) {
    const answers = [];
    for (const { name, classify } of contenders) {
      answers.push({ name, ...(await classify(photo)) });
    }
    const expected = answers.find(({ name }) => name === rivalName);
    for (const { name, label, probability } of answers) {
      const difference = Math.abs(probability - (expected?.probability ?? Number.NaN));
      if (label === expected?.label && difference < tolerance) continue;
      wrong.push(
        `${photo.name}: ${label} at ${probability} (${name}) should be ${expected?.label} at ${expected?.probability}.`,
      );
    }
  }
  return wrong;
}

/** Rounds of everyone on the same photo, so that what disturbs the machine disturbs all alike. */
async function timeInTurns(
  contenders: readonly Contender[],
  all: readonly Photo[],
): Promise<Map<string, Timing>> {
  const timedRounds = Math.ceil(minTimedRounds / all.length) * all.length;
  const stageTimes = contenders.map((): Record<Stage, number>[] => []);
  const photoTimes = contenders.map((): number[] => []);
  const progress = startProgress(warmUpRounds + timedRounds, 'rounds');
  for (let round = 0; round < warmUpRounds + timedRounds; round++) {
    const photo = all[round % all.length];
    for (let turn = 0; turn < contenders.length; turn++) {
      // Whoever comes first in one round comes last in the next.
      const i = (turn + round) % contenders.length;
      const { durationsMs, photoMs } = await contenders[i].classify(photo);
      await setTimeout(pauseMs);
      if (round < warmUpRounds) continue;
      photoTimes[i].push(photoMs);
      stageTimes[i].push(durationsMs);
    }
    progress.increment();
  }
  progress.stop();
  return new Map(
    contenders.map(({ name }, i) => {
      const of = (stage: Stage) => summarize(stageTimes[i].map((times) => times[stage]));
      const summaries = {
        decode: of('decode'),
        preprocess: of('preprocess'),
        inference: of('inference'),
      };
      return [name, { stages: summaries, photo: summarize(photoTimes[i]) }];
    }),
  );
}

function report(
  timings: ReadonlyMap<string, Timing>,
  loadings: ReadonlyMap<string, Loading>,
  wrongAnswers: readonly string[],
  { photos: all }: Setting,
): Report {
  const rival = timings.get(rivalName);
  const photoTable: Table = {
    title: 'A photo in milliseconds',
    columns: ['contender', ...stages, 'inference to server', 'photo (median)', 'p10-p90'],
    rows: [...timings].map(([name, { stages: byStage, photo }]) => [
      name,
      ...stages.map((stage) => number(byStage[stage].trimmedMean)),
      `${number(byStage.inference.trimmedMean / (rival?.stages.inference.trimmedMean ?? Number.NaN))}x`,
      number(photo.median),
      `${number(photo.p10)}-${number(photo.p90)}`,
    ]),
  };
  const loadTable: Table = {
    title: 'Loading the network in milliseconds',
    columns: ['contender', 'first', 'again (median)', 'p10-p90'],
    rows: [...loadings].map(([name, { firstMs, again }]) => [
      name,
      number(firstMs),
      number(again.median),
      `${number(again.p10)}-${number(again.p90)}`,
    ]),
  };
  const notes = [
    formatPhotos(all),
    `Stages are means of the middle 80 % of ${rival?.photo.count ?? 0} rounds, contenders taking turns on the same photo in one isolated page, ${pauseMs} ms apart. workerd's clock ticks in whole milliseconds. A photo's time is the page's: with the Web Worker's messages, or HTTP on this machine.`,
    "Loading is with a warm-up inference. The first one of each downloads from this machine what the ones before it didn't; the others find all of it in Cache Storage.",
  ];
  return {
    tables: [photoTable, loadTable],
    notes,
    wrongAnswers,
    measurements: {
      contenders: Object.fromEntries(timings),
      loading: Object.fromEntries(loadings),
    },
  };
}
