import { extname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Fit } from '../../image/fit.ts';
import { commandName } from '../command-name.ts';
import { fitOption, modelOption, parsePositive, seedOption } from '../options.ts';
import { printable } from '../printable.ts';

interface Options {
  readonly model?: string;
  readonly fit: Fit;
  readonly number: number;
  readonly columns: number;
  readonly seed: number;
  readonly dark?: boolean;
  readonly output?: readonly string[];
}

/** The option may be given several times. */
function parseOutput(path: string, others?: readonly string[]): readonly string[] {
  if (['.html', '.png'].includes(extname(path).toLowerCase())) return [...(others ?? []), path];
  throw new InvalidArgumentError('Expected a file whose name ends with .html or .png.');
}

export function sheetCommand(): Command {
  return new Command('sheet')
    .description('draw photos in a grid with what a model says of them')
    .argument('<folder>', 'photos; folders named after labels tell which answers are right')
    .addOption(modelOption())
    .addOption(
      new Option('-n, --number <count>', 'how many photos').argParser(parsePositive).default(10),
    )
    .addOption(
      new Option('--columns <count>', 'photos in a row').argParser(parsePositive).default(5),
    )
    .addOption(seedOption('chooses the photos, evenly over the labels'))
    .addOption(
      new Option(
        '-o, --output <file>',
        'where to write it: .html or .png, or each once (default: "sheet.html")',
      ).argParser(parseOutput),
    )
    .option('--dark', 'draw the .png in dark colours; the .html is dark where the reader is')
    .addOption(fitOption())
    .addHelpText(
      'after',
      `
Examples:
  ${commandName} sheet flowers --model flowers
  ${commandName} sheet holiday -n 24 --columns 6 -o holiday.png`,
    )
    .action(drawSheets);
}

async function drawSheets(folder: string, options: Options): Promise<void> {
  const { replaceFile } = await import('../../../model/replace-file.ts');
  const { listNamedPhotos } = await import('../classify.ts');
  const { loadModelParts } = await import('../parts.ts');
  const { makeSheet } = await import('../sheet.ts');
  const { sheetCaption, sheetPage } = await import('../pages/sheet-page.ts');
  const { model, fit, number: count, columns, seed, dark = false } = options;
  await listNamedPhotos([folder]);
  const parts = await loadModelParts(model);
  const sheet = await makeSheet(parts, folder, { fit, count, columns, seed });
  const outputs = options.output ?? ['sheet.html'];
  for (const path of outputs) {
    const isPicture = extname(path).toLowerCase() === '.png';
    const file = isPicture
      ? await (await import('../sheet-picture.ts')).drawSheet(sheet, dark ? 'dark' : 'light')
      : await sheetPage(sheet);
    await replaceFile(path, (handle) => handle.writeFile(file));
  }
  for (const { name, refusal } of sheet.refused) console.error(printable(`${name}: ${refusal}`));
  console.log(`Wrote ${outputs.join(' and ')}: ${sheetCaption(sheet)}.`);
}
