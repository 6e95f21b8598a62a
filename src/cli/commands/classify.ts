import process from 'node:process';
import { Command, Option } from 'commander';
import type { Fit } from '../../image/fit.ts';
import { commandName } from '../command-name.ts';
import { fitOption, jsonOption, modelOption, parsePositive } from '../options.ts';
import { printableJson } from '../printable.ts';

interface Options {
  readonly model?: string;
  readonly fit: Fit;
  readonly topK: number;
  readonly json?: boolean;
}

export function classifyCommand(): Command {
  return new Command('classify')
    .description('say what photos show')
    .argument('<photos...>', 'files, or folders with photos in them')
    .addOption(modelOption())
    .addOption(
      new Option('--top-k <count>', 'how many predictions of each photo')
        .argParser(parsePositive)
        .default(3),
    )
    .addOption(fitOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  ${commandName} classify photo.jpg
  ${commandName} classify holiday/ --model flowers --top-k 1
  ${commandName} classify holiday/ --model flowers@2 --json`,
    )
    .action(async (paths: string[], { model, fit, topK, json }: Options) => {
      const { classifyPhotos, formatAnswers, listNamedPhotos } = await import('../classify.ts');
      const { loadModelParts } = await import('../parts.ts');
      const photos = await listNamedPhotos(paths);
      const parts = await loadModelParts(model);
      const answers = await classifyPhotos(parts, photos, { fit, topK });
      // As with cat and grep: the rest is answered, and the exit code says that not all is.
      if (answers.refused.length > 0) process.exitCode = 1;
      if (json !== true) {
        console.log(formatAnswers(answers));
        return;
      }
      const { name, version } = parts.model;
      const results = [
        ...answers.answered.map(({ photo, answer }) => ({ path: photo.path, ...answer })),
        ...answers.refused.map(({ photo, refusal }) => ({ path: photo.path, refusal })),
      ];
      console.log(printableJson({ model: name, version, fit, results }));
    });
}
