import { statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { isLoopback } from '../../access/loopback.ts';
import { modelName } from '../../classes/model-name.ts';
import { commandName } from '../command-name.ts';
import { jsonOption } from '../options.ts';
import { printable, printableJson } from '../printable.ts';

interface Options {
  readonly to: string;
  readonly as?: string;
  readonly key?: string;
  readonly json?: boolean;
}

export function pushCommand(): Command {
  return new Command('push')
    .description('upload a model to a running Petal')
    .argument('<model>', 'a name in model/heads, perhaps with @version, or a path')
    .requiredOption('--to <url>', 'where Petal runs, such as http://127.0.0.1:8787')
    .option('--as <name>', 'what to call it there (default: as it is called here)')
    .addOption(new Option('--key <key>', 'an API key with the scope train').env('PETAL_API_KEY'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  ${commandName} push flowers --to http://127.0.0.1:8787
  PETAL_API_KEY=... ${commandName} push flowers@2 --to https://petal.example.workers.dev`,
    )
    .action(push);
}

async function push(text: string, { to, as, key, json = false }: Options): Promise<void> {
  const { findModelFile } = await import('../find-model.ts');
  const { pushModel, readOrigin } = await import('../push.ts');
  const origin = readOrigin(to);
  const file = await findModelFile(text);
  const read = modelName.safeParse(as ?? file.name);
  if (!read.success) {
    throw new Error(`${as ?? file.name} can't be a name there. ${read.error.issues[0].message}.`);
  }
  if (key !== undefined && origin.protocol === 'http:' && !isLoopback(origin)) {
    throw new Error(
      `A key would go to ${origin.origin} for everybody on the way to read. Use https.`,
    );
  }
  if (!json) {
    const bytes = statSync(file.path).size;
    console.error(
      `Uploading ${printable(file.path)} (${Math.ceil(bytes / 1000)} kB) to ${origin.origin} ...`,
    );
  }
  const pushed = await pushModel(file, read.data, origin, key);
  if (json) {
    console.log(printableJson({ ...pushed, url: origin.origin }));
    return;
  }
  const { name, version, isKnown } = pushed;
  const header = key === undefined ? '' : ' -H "Authorization: Bearer $PETAL_API_KEY"';
  console.log(
    [
      isKnown
        ? `${origin.origin} has this model already: it is version ${version} of ${name}.`
        : `${name} is version ${version} at ${origin.origin}. Try:`,
      ...(isKnown ? ['Try:'] : []),
      `  curl${header} -F image=@photo.jpg '${origin.origin}/v1/classify?model=${name}'`,
    ].join('\n'),
  );
}
