/** `npm run fuzz`: damages photos of every format, and decodes what comes of it. */
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { startProgress } from '../../src/cli/progress.ts';
import { runProgram } from '../../src/cli/run-program.ts';
import { formats } from '../../src/image/formats.ts';
import { attemptScript, CaseWorker, runCases } from './case-worker.ts';
import { Cases } from './cases.ts';
import { readCorpus } from './corpus.ts';
import { runCostly } from './costly/run-costly.ts';
import { parseCount } from './parse-count.ts';
import { formatReport, reproduction } from './report.ts';
import { saveCases } from './save-cases.ts';
import { Summary } from './summary.ts';

interface Options {
  readonly seed: number;
  readonly cases: number;
  readonly case?: number;
  readonly format: readonly string[];
  readonly save?: string;
  readonly json?: boolean;
  readonly costly?: boolean;
  readonly seconds: number;
}

/** A file of some kilobytes must not keep an isolate busy for longer. */
const maxMs = 2000;

/** After this a case is given up, so that the others get their turn. */
const hangMs = 20_000;

const formatNames = Object.keys(formats);

async function run(options: Options): Promise<void> {
  if (options.costly) return await runCostly(options);
  const { seed, format, save, json = false } = options;
  const corpus = await readCorpus(formatNames);
  const cases = new Cases(seed, corpus);
  const numbers =
    options.case === undefined ? cases.numbers(options.cases, format) : [options.case];
  const summary = new Summary(maxMs);
  const workers = Array.from(
    { length: Math.min(availableParallelism(), numbers.length) },
    () => new CaseWorker(attemptScript({ seed, corpus, maxMs }), hangMs),
  );
  if (!json) {
    console.log(`${numbers.length} cases of seed ${seed}, from ${corpus.length} files\n`);
  }
  const progress = startProgress(numbers.length, 'cases');
  await runCases(numbers, workers, (number, attempt) => {
    summary.add(number, cases.formatOf(number), attempt);
    progress.increment();
  });
  progress.stop();
  if (save !== undefined) {
    const kept =
      options.case === undefined ? summary.failures.map(({ number }) => number) : numbers;
    saveCases(save, cases, seed, kept);
  }
  console.log(json ? formatJson(seed, cases, summary) : formatReport(seed, cases, summary));
  if (summary.failures.length > 0) process.exitCode = 1;
}

function formatJson(seed: number, cases: Cases, { byFormat, slowest, failures }: Summary): string {
  const described = failures.map(({ number, defects }) => {
    const { format, source, mutations, fit } = cases.make(number);
    const command = reproduction(seed, number);
    return { number, format, source, mutations, fit, defects, command };
  });
  const report = { seed, formats: Object.fromEntries(byFormat), slowest, failures: described };
  return JSON.stringify(report, null, 2);
}

const program = new Command('npm run fuzz --')
  .description(
    'Damage photos of every format, and check that each comes to pixels or to a refusal, with little time and memory.',
  )
  .addOption(
    new Option('--seed <number>', 'which cases; the same number gives the same ones')
      .argParser(parseCount)
      .default(Date.now() % 1_000_000, 'another one for each run'),
  )
  .addOption(new Option('--cases <count>', 'how many cases').argParser(parseCount).default(100_000))
  .addOption(new Option('--case <number>', 'this case alone').argParser(parseCount))
  .addOption(
    new Option('--format <name...>', 'formats to be damaged')
      .choices(formatNames)
      .default(formatNames, 'all'),
  )
  .option(
    '--costly',
    'search for files that take much work instead: those that took most are damaged again; fails where one takes much more than the budget counts',
  )
  .addOption(
    new Option('--seconds <count>', 'with --costly, how long').argParser(parseCount).default(120),
  )
  .option('--save <folder>', 'write the file of --case there, or the files of all failures')
  .option('--json', 'print JSON instead of tables')
  .showHelpAfterError()
  .action(run);

await runProgram(program);
