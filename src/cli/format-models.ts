import { styleText } from 'node:util';
import { alignColumns, percent } from './columns.ts';
import { commandName } from './command-name.ts';
import { type FolderManifest, headsFolder } from './model-folder.ts';

/** Models as a table for a terminal. */
export function formatModels(models: readonly FolderManifest[]): string {
  if (models.length === 0) {
    return `There are no models in ${headsFolder}. Train one: ${commandName} train <folder> --name <name>`;
  }
  const [header, ...rows] = alignColumns([
    ['model', 'version', 'classes', 'accuracy', 'trained'],
    ...models.map(({ name, version, labels, metrics, createdAt }) => [
      name,
      String(version),
      String(labels.length),
      metrics === undefined ? '-' : `${percent(metrics.accuracy)} %`,
      createdAt.slice(0, 10),
    ]),
  ]);
  return [styleText('dim', header), ...rows].join('\n');
}
