/** The `petal` command. */
import process from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';
import classNames from '../../model/classes.json' with { type: 'json' };
import { prepareArtifact } from '../../model/prepare.ts';
import { readConfig } from '../config.ts';
import { fits } from '../image/fit.ts';
import { loadNetwork } from '../mobilenet/network.ts';
import { backboneModel } from '../pipeline/answering-model.ts';
import { readAssets } from '../runtime/node.ts';
import { type EvaluateOptions, evaluateFolder, formatEvaluation } from './evaluate.ts';
import { formatThresholds } from './format-thresholds.ts';
import { runProgram } from './run-program.ts';
import { measureThresholds, type ThresholdsOptions } from './thresholds.ts';

interface ThresholdsCommand extends Pick<ThresholdsOptions, 'inside' | 'outside' | 'fit'> {
  readonly lost: number;
  /** How many of the surest answers outside to print. */
  readonly list: number;
  readonly json?: boolean;
}

/**
 * A person's own machine has more memory than an isolate, whose limits say
 * nothing about accuracy.
 */
const limits = { maxPixels: 1e9, maxDecodeBytes: 2e9 };

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

function parsePercent(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) > 100) {
    throw new InvalidArgumentError('Expected a number from 0 to 100.');
  }
  return Number(text) / 100;
}

async function loadParts() {
  const network = loadNetwork(await readAssets(await prepareArtifact()));
  const classes = classNames.map(({ names, wnid }) => ({ names, wnid, label: names[0] }));
  const model = backboneModel(network, classes);
  return { network, model, classes, limits, now: () => performance.now() };
}

function fitOption(): Option {
  return new Option('--fit <fit>', 'how photos become square').choices(fits).default('crop');
}

const program = new Command('petal')
  .description('Classify photos with MobileNetV2, as the Worker does')
  .showHelpAfterError();

program
  .command('evaluate')
  .description('measure accuracy and speed on a folder of labelled photos')
  .argument(
    '<folder>',
    'photos named <WordNet id>_<name>.JPEG, or one sub-folder per label with its photos',
  )
  .addOption(fitOption())
  .addOption(
    new Option('--mistakes <count>', 'how many mistakes to list').argParser(parseCount).default(10),
  )
  .option('--json', 'print everything as JSON')
  .action(async (folder: string, { fit, mistakes, json }: EvaluateOptions) => {
    const parts = await loadParts();
    const evaluation = await evaluateFolder(parts, folder, fit);
    console.log(
      json === true
        ? JSON.stringify({ model: parts.network.metadata.model, ...evaluation }, null, 2)
        : formatEvaluation(evaluation, mistakes),
    );
  });

program
  .command('thresholds')
  .description('measure when an answer should be called unknown')
  .requiredOption('--inside <folders...>', 'labelled photos, as evaluate takes them')
  .requiredOption('--outside <folders...>', 'photos of things that are none of the classes')
  .addOption(fitOption())
  .addOption(
    new Option('--lost <percent>', 'how many right answers the rule may call unknown')
      .argParser(parsePercent)
      .default(0.05, '5'),
  )
  .addOption(
    new Option('--list <count>', 'how many of the surest answers outside to list')
      .argParser(parseCount)
      .default(10),
  )
  .option('--json', 'print everything as JSON')
  .action(async ({ inside, outside, fit, lost, list, json }: ThresholdsCommand) => {
    const { unknownProbability, unknownMargin } = readConfig(process.env);
    const parts = await loadParts();
    const report = await measureThresholds(parts, {
      inside,
      outside,
      fit,
      mostLost: lost,
      set: { minTopProbability: unknownProbability, minMargin: unknownMargin },
    });
    console.log(
      json === true
        ? JSON.stringify({ model: parts.network.metadata.model, ...report }, null, 2)
        : formatThresholds(report, list),
    );
  });

await runProgram(program);
