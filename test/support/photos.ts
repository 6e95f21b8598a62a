import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import expected from '../fixtures/expected.json' with { type: 'json' };
import type { InvalidPhoto, ValidPhoto } from './photo.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');

function readBase64(path: string): string {
  return readFileSync(path).toString('base64');
}

/** Every file in test/fixtures/valid. */
export function readValidPhotos(): ValidPhoto[] {
  return globSync('valid/*/*', { cwd: fixtures })
    .sort()
    .map((path) => {
      const name = basename(path);
      const known = Object.entries(expected).find(([file]) => file === path || file === name);
      if (known === undefined) throw new Error(`expected.json says nothing of ${path}.`);
      const format = basename(dirname(path));
      return { name, format, base64: readBase64(join(fixtures, path)), ...known[1] };
    });
}

/** Every file in test/fixtures/invalid. */
export function readInvalidPhotos(): InvalidPhoto[] {
  return globSync('invalid/*/*', { cwd: fixtures })
    .sort()
    .map((path) => ({
      name: basename(path),
      base64: readBase64(join(fixtures, path)),
      code: basename(dirname(path)),
    }));
}

/**
 * A folder of optional test data beside the project, or null where it isn't
 * there: photos and reference outputs that may not be part of the project.
 */
export function sharedFolder(name: string): string | null {
  const folder = join(import.meta.dirname, '../../../shared', name);
  return existsSync(folder) ? folder : null;
}

/** A photo that lies beside the project. */
export interface SharedPhoto {
  /** Its folder's and its own. */
  readonly name: string;
  readonly path: string;
}

/**
 * Optional photos beside the project.
 *
 * @param patterns within `images`
 * @returns in the order of the patterns; none where the folder isn't there
 */
export function sharedPhotos(...patterns: readonly string[]): SharedPhoto[] {
  const folder = sharedFolder('images');
  if (folder === null) return [];
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: folder }).sort())
    .map((path) => ({
      name: join(basename(dirname(path)), basename(path)),
      path: join(folder, path),
    }));
}
