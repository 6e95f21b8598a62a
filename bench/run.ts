/** `npm run bench`: measures Petal against its rivals, one question after another. */
import process from 'node:process';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { prepareArtifact } from '../model/prepare.ts';
import { runProgram } from '../src/cli/run-program.ts';
import { buildWorker } from '../src/testing/build-worker.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { browser } from './browser.ts';
import { classify } from './classify.ts';
import { cold } from './cold.ts';
import { cost } from './cost.ts';
import { decode } from './decode.ts';
import { engines } from './engines.ts';
import { formatsBenchmark } from './formats.ts';
import { growth } from './growth.ts';
import { headline } from './headline.ts';
import { installRivals } from './install.ts';
import { layers } from './layers.ts';
import { load } from './load.ts';
import { describeMachine, formatMachine } from './machine.ts';
import { memory } from './memory.ts';
import { models } from './models.ts';
import { readPhotos } from './photos.ts';
import { explainUnloadable } from './rivals.ts';
import { size } from './size.ts';
import { formatTable } from './table.ts';
import { tune } from './tune.ts';

/** All there are, in the order of a run without a name. A new one is a file and a row. */
const benchmarks: readonly Benchmark[] = [
  browser,
  classify,
  cold,
  cost,
  decode,
  engines,
  formatsBenchmark,
  growth,
  headline,
  layers,
  load,
  memory,
  models,
  size,
  tune,
];

interface Options {
  readonly json?: boolean;
  readonly photo: readonly string[];
  readonly seconds: number;
  readonly connections: number;
}

async function prepare({ photo, seconds, connections }: Options): Promise<Setting> {
  const rivalsMissing = (await installRivals()) ?? (await explainUnloadable());
  return {
    bundle: await buildWorker(),
    artifactPath: await prepareArtifact(),
    photos: await readPhotos(photo),
    rivalsMissing,
    load: { seconds, connections },
  };
}

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('Expected a whole number from 1 on.');
}

async function run(name: string | undefined, options: Options): Promise<void> {
  const setting = await prepare(options);
  const machine = await describeMachine();
  const json = options.json === true;
  if (!json) console.log(`${formatMachine(machine)}\n`);
  const reports: Record<string, Report> = {};
  for (const benchmark of benchmarks) {
    if (name !== undefined && name !== benchmark.name) continue;
    const report = await benchmark.run(setting);
    reports[benchmark.name] = report;
    if (!json) print(benchmark, report);
  }
  if (json) console.log(JSON.stringify({ machine, benchmarks: reports }, null, 2));
  const wrongAnswers = Object.values(reports).flatMap((report) => report.wrongAnswers);
  if (wrongAnswers.length > 0) {
    console.error(`\nWRONG ANSWERS, which make the numbers void:\n${wrongAnswers.join('\n')}`);
    process.exitCode = 1;
  }
}

function print(benchmark: Benchmark, { tables, notes }: Report): void {
  console.log(`# ${benchmark.name}: ${benchmark.question}\n`);
  for (const table of tables) console.log(`${formatTable(table)}\n`);
  console.log(`${notes.join('\n')}\n`);
}

const program = new Command('npm run bench --')
  .description(
    `Measure Petal against its rivals.\n\n${benchmarks.map(({ name, question }) => `${name.padEnd(10)}${question}`).join('\n')}`,
  )
  .addArgument(
    new Argument('[name]', 'which question; all without it').choices(
      benchmarks.map(({ name }) => name),
    ),
  )
  .option('--json', 'print one JSON document instead of tables')
  .addOption(
    new Option('--photo <path...>', 'JPEG files to classify instead of the default ones').default(
      [],
      'a fixture',
    ),
  )
  .option('--seconds <count>', 'how long load goes on', readCount, 60)
  .option('--connections <count>', 'how many clients load has at once', readCount, 50)
  .showHelpAfterError()
  .action(run);

await runProgram(program);
