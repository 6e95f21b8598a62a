/** The `petal` command. */
import process from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';
import classNames from '../../model/classes.json' with { type: 'json' };
import { prepareArtifact } from '../../model/prepare.ts';
import { fits } from '../image/preprocess.ts';
import { loadNetwork } from '../mobilenet/network.ts';
import { readAssets } from '../runtime/node.ts';
import { type EvaluateOptions, evaluateFolder, formatEvaluation } from './evaluate.ts';

/**
 * A person's own machine has more memory than an isolate, whose limits say
 * nothing about accuracy.
 */
const limits = { maxPixels: 1e9, maxDecodeBytes: 2e9 };

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
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
  .addOption(new Option('--fit <fit>', 'how photos become square').choices(fits).default('crop'))
  .addOption(
    new Option('--mistakes <count>', 'how many mistakes to list').argParser(parseCount).default(10),
  )
  .option('--json', 'print everything as JSON')
  .action(async (folder: string, { fit, mistakes, json }: EvaluateOptions) => {
    const network = loadNetwork(await readAssets(await prepareArtifact()));
    const classes = classNames.map(({ names, wnid }) => ({ names, wnid, label: names[0] }));
    const now = (): number => performance.now();
    const parts = { network, classes, limits, now };
    const evaluation = await evaluateFolder(parts, folder, fit);
    console.log(
      json === true
        ? JSON.stringify({ model: network.metadata.model, ...evaluation }, null, 2)
        : formatEvaluation(evaluation, mistakes),
    );
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
