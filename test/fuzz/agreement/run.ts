/** `npm run agreement`: what Petal and libvips make of damaged photos, and how often they agree. */
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { startProgress } from '../../../src/cli/progress.ts';
import { runProgram } from '../../../src/cli/run-program.ts';
import { CaseWorker, runCases } from '../case-worker.ts';
import { Cases } from '../cases.ts';
import { readCorpus } from '../corpus.ts';
import { parseCount } from '../parse-count.ts';
import { saveCases } from '../save-cases.ts';
import { Agreement } from './agreement.ts';
import { type Comparison, comparisonScript, readByBoth } from './comparison.ts';
import { formatCase, formatJson, formatReport, isDisagreement, type Results } from './report.ts';

interface Options {
  readonly seed: number;
  readonly cases: number;
  readonly case?: number;
  readonly format: readonly string[];
  readonly save?: string;
  readonly json?: boolean;
}

/** The formats that sharp's libvips decodes by the libraries that everybody uses: libjpeg, libpng and libwebp. */
const formatNames = ['jpeg', 'png', 'webp'];

/** After this a case is given up. libvips may take some seconds for many pixels on a busy machine. */
const hangMs = 60_000;

async function run(options: Options): Promise<void> {
  const { seed, format, save, json = false } = options;
  const corpus = await readByBoth(await readCorpus(formatNames));
  const cases = new Cases(seed, corpus);
  const numbers =
    options.case === undefined
      ? format.flatMap((name) => cases.numbers(options.cases, [name]))
      : [options.case];
  const byFormat = new Map<string, Agreement>();
  const disagreed = new Map<number, Comparison>();
  const results: Results = { seed, cases, byFormat, disagreed };
  const workers = Array.from(
    { length: Math.min(availableParallelism(), numbers.length) },
    () => new CaseWorker(comparisonScript({ seed, corpus }), hangMs),
  );
  if (!json) {
    console.log(`${numbers.length} cases of seed ${seed}, from ${corpus.length} files\n`);
  }
  const progress = startProgress(numbers.length, 'cases');
  await runCases(numbers, workers, (number, comparison) => {
    const name = cases.formatOf(number);
    const agreement = byFormat.get(name) ?? new Agreement();
    byFormat.set(name, agreement);
    agreement.add(comparison);
    if (isDisagreement(comparison)) disagreed.set(number, comparison);
    if (options.case !== undefined && !json) console.log(formatCase(results, number, comparison));
    progress.increment();
  });
  progress.stop();
  if (save !== undefined) {
    saveCases(save, cases, seed, options.case === undefined ? [...disagreed.keys()] : numbers);
  }
  if (json) console.log(formatJson(results));
  else if (options.case === undefined) console.log(formatReport(results));
  if ([...byFormat.values()].some(({ isGood }) => !isGood)) process.exitCode = 1;
}

const program = new Command('npm run agreement --')
  .description(
    'Damage photos, and compare what Petal and libvips (through sharp) make of them: read, flagged or refused.',
  )
  .addOption(
    new Option('--seed <number>', 'which cases; the same number gives the same ones')
      .argParser(parseCount)
      .default(15),
  )
  .addOption(
    new Option('--cases <count>', 'how many cases of each format')
      .argParser(parseCount)
      .default(5000),
  )
  .addOption(new Option('--case <number>', 'this case alone').argParser(parseCount))
  .addOption(
    new Option('--format <name...>', 'formats to be damaged')
      .choices(formatNames)
      .default(formatNames, 'all'),
  )
  .option('--save <folder>', 'write the file of --case there, or the files of all disagreements')
  .option('--json', 'print JSON instead of a table')
  .showHelpAfterError()
  .action(run);

await runProgram(program);
