import { Command, Option } from 'commander';
import type { Fit } from '../../image/fit.ts';
import { fitOption, jsonOption, modelOption, parseCount } from '../options.ts';
import { printableJson } from '../printable.ts';

interface Options {
  readonly model?: string;
  readonly fit: Fit;
  /** How many mistakes to print. */
  readonly mistakes: number;
  readonly json?: boolean;
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('measure accuracy and speed on a folder of labelled photos')
    .argument(
      '<folder>',
      'photos named <WordNet id>_<name>.JPEG, or one sub-folder per label with its photos',
    )
    .addOption(modelOption())
    .addOption(fitOption())
    .addOption(
      new Option('--mistakes <count>', 'how many mistakes to list')
        .argParser(parseCount)
        .default(10),
    )
    .addOption(jsonOption())
    .action(async (folder: string, { model, fit, mistakes, json }: Options) => {
      const { loadModelParts } = await import('../parts.ts');
      const { evaluateFolder } = await import('../evaluate.ts');
      const { formatEvaluation } = await import('../format-evaluation.ts');
      const parts = await loadModelParts(model);
      const evaluation = await evaluateFolder(parts, folder, fit);
      const { name, version } = parts.model;
      console.log(
        json === true
          ? printableJson({ model: name, version, ...evaluation })
          : formatEvaluation(evaluation, mistakes),
      );
    });
}
