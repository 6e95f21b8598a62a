import process from 'node:process';
import { Command, Option } from 'commander';
import { fitOption, jsonOption, parseCount, parsePercent } from '../options.ts';
import { printableJson } from '../printable.ts';
import type { ThresholdsOptions } from '../thresholds.ts';

interface Options extends Pick<ThresholdsOptions, 'inside' | 'outside' | 'fit'> {
  readonly lost: number;
  /** How many of the surest answers outside to print. */
  readonly list: number;
  readonly json?: boolean;
}

export function thresholdsCommand(): Command {
  return new Command('thresholds')
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
    .addOption(jsonOption())
    .action(async ({ inside, outside, fit, lost, list, json }: Options) => {
      const { readConfig } = await import('../../config.ts');
      const { loadModelParts } = await import('../parts.ts');
      const { formatThresholds } = await import('../format-thresholds.ts');
      const { measureThresholds } = await import('../thresholds.ts');
      const { unknownProbability, unknownMargin } = readConfig(process.env);
      const parts = await loadModelParts();
      const report = await measureThresholds(parts, {
        inside,
        outside,
        fit,
        mostLost: lost,
        set: { minTopProbability: unknownProbability, minMargin: unknownMargin },
      });
      console.log(
        json === true
          ? printableJson({ model: parts.model.name, ...report })
          : formatThresholds(report, list),
      );
    });
}
