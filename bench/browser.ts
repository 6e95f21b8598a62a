import type { Page } from 'playwright-core';
import { startProgress } from '../src/cli/progress.ts';
import type { ClassifyAnswer } from '../src/contract/answers.ts';
import type { BinaryChoice } from '../src/local/binary-choice.ts';
import type { LocalNetwork } from '../src/local/local-network.ts';
import type { Arithmetic } from '../src/mobilenet/arithmetic.ts';
import { type Stage, stages } from '../src/pipeline/analyse-image.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../test/support/chromium.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { formatPhotos, type Photo } from './photos.ts';
import { type Summary, summarize } from './statistics.ts';
import { number, type Table } from './table.ts';
import { readServerTiming, withoutCache } from './worker-client.ts';

const warmUpRounds = 1;
const timedRounds = 8;

/** Photos that a contender classifies one after another when it is its turn, as people choose several. */
const photosPerTurn = 10;

/** How often the network is loaded again, from what the browser keeps. */
const loadRounds = 5;

/** Between turns: threads look out for more work for some milliseconds. */
const pauseMs = 50;

/** Probabilities may differ by so much: binaries add in another order. */
const tolerance = 1e-3;

/** The network in the browser with one of tfjs's binaries. */
interface LocalContender extends BinaryChoice {
  readonly title: string;
  readonly arithmetic: Arithmetic;
}

/** What one of the binaries is tried with: int8 at these levels, and float32. */
function contenders(
  title: string,
  { name, threads, kernels }: BinaryChoice,
): readonly LocalContender[] {
  return [
    ...kernels.map((level) => ({
      title: `int8 (${level}), ${title}`,
      name,
      threads,
      kernels: [level],
      arithmetic: 'int8' as const,
    })),
    { title: `float32, ${title}`, name, threads, kernels: [], arithmetic: 'float32' },
  ];
}

const simdLevels = ['relaxed-simd', 'simd'] as const;
const single = [
  ...contenders('SIMD', { name: 'tfjs-backend-wasm-simd.wasm', threads: 1, kernels: simdLevels }),
  ...contenders('plain', { name: 'tfjs-backend-wasm.wasm', threads: 1, kernels: ['scalar'] }),
];

/** More threads than cores would wait for each other. */
function threaded(cores: number): readonly LocalContender[] {
  return [2, 3, 4, 6, 8]
    .filter((threads) => threads <= cores)
    .flatMap((threads) =>
      contenders(`SIMD, ${threads} threads`, {
        name: 'tfjs-backend-wasm-threaded-simd.wasm',
        threads,
        kernels: simdLevels,
      }),
    );
}

const rivalName = 'Petal in workerd (SIMD)';

/** Of one photo by one contender. */
interface Answer {
  readonly label: string;
  readonly probability: number;
  readonly durationsMs: Record<Stage, number>;
  /** From handing the photo over to having its answer, in the page. */
  readonly photoMs: number;
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

/** The network in Chromium, in int8 and float32 on each of tfjs's binaries, against the same network on the server. */
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
      const locals = [...threaded(cores), ...single];
      const loadings = new Map<string, Loading>();
      for (const choice of locals) loadings.set(choice.title, await load(page, choice));
      await handOver(page, setting.photos);
      const names = [...locals.map(({ title }) => title), rivalName];
      // float32 answers other probabilities than the server's int8.
      const places = [...names.keys()].filter((place) => locals[place]?.arithmetic !== 'float32');
      const wrongAnswers = await compareAnswers(page, names, places, setting.photos);
      const timings = await timeInTurns(page, names, setting.photos);
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
async function load(page: Page, contender: LocalContender): Promise<Loading> {
  const durationsMs = await page.evaluate(
    async ([{ arithmetic, ...binary }, rounds]) => {
      const durationsMs: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const start = performance.now();
        const network = await local.loadLocalNetwork({ arithmetic, binaries: [binary] });
        durationsMs.push(performance.now() - start);
        if (round === rounds) networks.push(network);
        else network.dispose();
      }
      return durationsMs;
    },
    [contender, loadRounds] as const,
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

/**
 * Has one contender classify photos, one after another, from the page, so that nobody outside takes
 * part of the time.
 *
 * @param place of the network; the number of networks for the server
 * @returns answers in the order of the photos
 */
async function ask(page: Page, place: number, all: readonly Photo[]): Promise<Answer[]> {
  const answers = await page.evaluate(
    async ([place, names, pauseMs]) => {
      const answers = [];
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      for (const name of names) {
        const photo = photos.get(name) ?? new Blob();
        const start = performance.now();
        if (place < networks.length) {
          const { answer, durationsMs } = await networks[place].classify(photo);
          const photoMs = performance.now() - start;
          answers.push({ ...answer.predictions[0], photoMs, durationsMs, timing: null });
        } else {
          const response = await fetch('/v1/classify', { method: 'POST', body: photo });
          if (!response.ok) throw new Error(`The server refuses ${name}: ${await response.text()}`);
          const { predictions }: ClassifyAnswer = await response.json();
          const photoMs = performance.now() - start;
          const timing = response.headers.get('Server-Timing');
          answers.push({ ...predictions[0], photoMs, durationsMs: null, timing });
        }
      }
      return answers;
    },
    [place, all.map(({ name }) => name), pauseMs] as const,
  );
  return answers.map(({ label, probability, photoMs, durationsMs, timing }) => ({
    label,
    probability,
    photoMs,
    durationsMs: durationsMs ?? readServerTiming(timing ?? ''),
  }));
}

/**
 * @param places of those that are compared with the server, the last of them
 * @returns what differs, a sentence each
 */
async function compareAnswers(
  page: Page,
  names: readonly string[],
  places: readonly number[],
  all: readonly Photo[],
): Promise<string[]> {
  const answers = [];
  for (const place of places) answers.push(await ask(page, place, all));
  const expected = answers[places.length - 1];
  return answers.flatMap((ofOne, i) =>
    ofOne.flatMap(({ label, probability }, j) => {
      const right = expected[j];
      const difference = Math.abs(probability - right.probability);
      if (label === right.label && difference < tolerance) return [];
      return `${all[j].name}: ${label} at ${probability} (${names[places[i]]}) should be ${right.label} at ${right.probability}.`;
    }),
  );
}

/** Contenders take turns, so that what disturbs the machine disturbs all alike. */
async function timeInTurns(
  page: Page,
  names: readonly string[],
  all: readonly Photo[],
): Promise<Map<string, Timing>> {
  const answers = names.map((): Answer[] => []);
  const progress = startProgress((warmUpRounds + timedRounds) * names.length, 'turns');
  for (let round = 0; round < warmUpRounds + timedRounds; round++) {
    const first = round * photosPerTurn;
    const block = Array.from({ length: photosPerTurn }, (_, i) => all[(first + i) % all.length]);
    for (let turn = 0; turn < names.length; turn++) {
      // Whoever comes first in one round comes last in the next.
      const place = (turn + round) % names.length;
      const ofTurn = await ask(page, place, block);
      if (round >= warmUpRounds) answers[place].push(...ofTurn);
      progress.increment();
    }
  }
  progress.stop();
  return new Map(
    names.map((name, i) => {
      const of = (stage: Stage) => summarize(answers[i].map((each) => each.durationsMs[stage]));
      return [
        name,
        {
          stages: {
            decode: of('decode'),
            preprocess: of('preprocess'),
            inference: of('inference'),
          },
          photo: summarize(answers[i].map(({ photoMs }) => photoMs)),
        },
      ];
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
    `Stages are means of the middle 80 % of ${rival?.photo.count ?? 0} photos, contenders taking turns of ${photosPerTurn} photos in one isolated page. workerd's clock ticks in whole milliseconds. A photo's time is the page's: with the Web Worker's messages, or HTTP on this machine.`,
    'Threads serve float32 alone, and wait for each other: where other programs use the cores, they lose most.',
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
