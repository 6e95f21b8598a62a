import { join } from 'node:path';
import { Command } from 'commander';
import { jsonOption } from '../options.ts';
import { printableJson } from '../printable.ts';

export function modelsCommand(): Command {
  return new Command('models')
    .description('list the models in model/heads')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const { listModelNames } = await import('../find-model.ts');
      const { headsFolder, readFolderManifest } = await import('../model-folder.ts');
      const { formatModels } = await import('../format-models.ts');
      const names = await listModelNames();
      const models = await Promise.all(
        names.map((name) => readFolderManifest(join(headsFolder, name))),
      );
      console.log(json === true ? printableJson(models) : formatModels(models));
    });
}
