import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import expected from '../fixtures/expected.json' with { type: 'json' };

const fixtures = join(import.meta.dirname, '..', 'fixtures');

/** A photo that is classified, and what is known of it. */
export interface ValidPhoto {
  readonly name: string;
  readonly base64: string;
  readonly label: string;
  readonly wnid: string;
  readonly width: number;
  readonly height: number;
}

/** A file that is refused. Its folder's name is the code of the problem. */
export interface InvalidPhoto {
  readonly name: string;
  readonly base64: string;
  readonly code: string;
}

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
      return { name, base64: readBase64(join(fixtures, path)), ...known[1] };
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
