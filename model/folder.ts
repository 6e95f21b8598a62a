/** Where the weights and what describes them are. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The first folder from this module's upwards that holds `model/manifest.json`:
 * what is compiled of this package lies deeper in it than its sources do.
 */
function findPackage(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'model', 'manifest.json'))) return folder;
    if (folder === dirname(folder)) {
      throw new Error('This copy of Petal is not whole: model/manifest.json is missing.');
    }
  }
}

/** Of this package: the one with wrangler.toml, src/ and model/. Absolute. */
export const packageFolder = findPackage();

/** `model/` in it. Absolute. */
export const modelFolder = join(packageFolder, 'model');
