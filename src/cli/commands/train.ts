import { basename, join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { modelName } from '../../classes/model-name.ts';
import { type HeadMode, headModes } from '../../classes/train-head.ts';
import { commandName } from '../command-name.ts';
import { type FolderManifest, headsFolder } from '../model-folder.ts';
import { jsonOption, parsePositive, seedOption } from '../options.ts';
import { printable, printableJson } from '../printable.ts';
import type { Training } from '../train.ts';

/** Of each photo, for fine-tuning. */
const tuningViews = 10;

interface Options {
  readonly name?: string;
  readonly mode: HeadMode;
  readonly fineTune?: string;
  readonly augment?: number;
  readonly folds?: number;
  readonly seed: number;
  readonly out: string;
  readonly cache: boolean;
  readonly json?: boolean;
}

function parseName(text: string): string {
  const read = modelName.safeParse(text);
  if (!read.success) throw new InvalidArgumentError(`${read.error.issues[0].message}.`);
  return text;
}

function parseDepth(text: string): string {
  if (/^(last|blocks=[1-9]\d?)$/.test(text)) return text;
  throw new InvalidArgumentError('Expected "last", or "blocks=N" with a number.');
}

/** The folder's own name, where a model may be called so. */
function nameOf(folder: string): string {
  const name = basename(resolve(folder)).toLowerCase();
  if (modelName.safeParse(name).success) return name;
  throw new Error(`Give the model a name: --name flowers. "${name}" is none that it could have.`);
}

export function trainCommand(): Command {
  return new Command('train')
    .description('make a model of your own classes out of a folder of photos')
    .argument('<folder>', 'one sub-folder per class, named after it, with its photos')
    .addOption(
      new Option('--name <name>', "what to call the model (default: the folder's name)").argParser(
        parseName,
      ),
    )
    .addOption(
      new Option(
        '--mode <mode>',
        'softmax regression, or the nearest examples where there are one or two photos a class',
      )
        .choices(headModes)
        .default('auto'),
    )
    .addOption(
      new Option(
        '--fine-tune <depth>',
        'train some of the network itself, too, for minutes: its last layer (last), or that and the N blocks before it (blocks=N)',
      ).argParser(parseDepth),
    )
    .addOption(
      new Option(
        '--augment <views>',
        'train on so many views of each photo: itself, then random crops and mirror images (default: 1; 10 for fine-tuning)',
      ).argParser(parsePositive),
    )
    .addOption(
      new Option(
        '--folds <count>',
        'parts held out in turn; 1 holds out one fifth, once (default: 5; 1 for fine-tuning, as each takes minutes)',
      ).argParser(parsePositive),
    )
    .addOption(seedOption('deals the folds and the crops: the same seed gives the same model'))
    .addOption(
      new Option('--out <folder>', 'where models are kept, each in a folder of its own').default(
        headsFolder,
      ),
    )
    .option('--no-cache', 'neither use nor keep what the network made of the photos')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  ${commandName} train flowers                          flowers/daisy/*.jpg, flowers/tulips/*.png ...
  ${commandName} train photos/garden --name garden --fine-tune blocks=1

Photos become square as they do when they are classified (crop). Training again keeps
the older versions: --model garden is the newest one, --model garden@1 the first.`,
    )
    .action(train);
}

async function train(folder: string, options: Options): Promise<void> {
  const { listClassFolder } = await import('../class-folder.ts');
  const { openModelFolder, storeVersion } = await import('../model-folder.ts');
  const { prepareAssets } = await import('../assets.ts');
  const { trainFolder } = await import('../train.ts');
  const { makeReport } = await import('../report.ts');
  const { openCommandCache } = await import('../command-cache.ts');
  const { formatTraining } = await import('../format-training.ts');

  const start = performance.now();
  const { seed, mode, fineTune, out, json = false } = options;
  const isTuned = fineTune !== undefined;
  if (isTuned && mode === 'knn') {
    throw new Error('--fine-tune trains a softmax regression; it does not go with --mode knn.');
  }
  const name = options.name ?? nameOf(folder);
  const classes = await listClassFolder(folder);
  const modelFolder = join(out, name);
  await openModelFolder(modelFolder);
  const assets = await prepareAssets();
  const cache = options.cache ? openCommandCache(assets) : undefined;
  const training = await trainFolder(assets, classes, {
    seed,
    folds: options.folds ?? (isTuned ? 1 : 5),
    mode,
    fineTune,
    views: options.augment ?? (isTuned ? tuningViews : 1),
    cache,
  });
  const report = await makeReport(name, training);
  const stored = await storeVersion(modelFolder, training.file, report);
  await cache?.prune();
  const durationMs = performance.now() - start;
  console.log(
    json
      ? printableJson(summaryOf(training, stored, modelFolder, durationMs))
      : [
          formatTraining(training),
          '',
          `Wrote version ${stored.version} of ${name} in ${(durationMs / 1000).toFixed(1)} s:`,
          `  ${join(modelFolder, stored.file)}  (${Math.ceil(training.file.length / 1000)} kB)`,
          `  ${join(modelFolder, 'report.html')}`,
          '',
          'Next:',
          ...nextCommands(photoToTry(training), modelText(out, name)),
        ].join('\n'),
  );
}

/** All that is known of a training, for programs. */
function summaryOf(
  { photos, mistakes, durationsMs }: Training,
  stored: FolderManifest,
  folder: string,
  durationMs: number,
): Record<string, unknown> {
  const { refused, duplicates, conflicts, alike, unlabelled, fromCache } = photos;
  return {
    ...stored,
    folder,
    photos: photos.photos.length,
    fromCache,
    refused,
    duplicates,
    conflicts,
    alike,
    unlabelled,
    mistakes: mistakes.map(({ photo, ...rest }) => ({
      name: photo.name,
      label: photo.label,
      ...rest,
    })),
    durationsMs: { ...durationsMs, all: durationMs },
  };
}

function nextCommands(photo: string, model: string): string[] {
  return [
    `  ${commandName} classify ${quoted(photo)} --model ${quoted(model)}`,
    `  ${commandName} push ${quoted(model)} --to http://127.0.0.1:8787`,
  ];
}

/** A photo whose path can be typed. */
function photoToTry({ photos: { photos } }: Training): string {
  const typed = photos.find(
    ({ path, rawPath }) => rawPath === undefined && printable(path) === path,
  );
  return typed?.path ?? 'photo.jpg';
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./@:\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** How other commands are told of a model. */
function modelText(out: string, name: string): string {
  return out === headsFolder ? name : join(out, name);
}
