import { hash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where what decodes, preprocesses and infers lies, beside this folder. */
const folders = ['image', 'mobilenet'];

/**
 * A hash of the code that makes numbers from photos, so that what was kept of
 * them is forgotten when the code changes. Reads some hundred files.
 *
 * @returns in hexadecimal
 */
export function codeVersion(): string {
  const root = join(import.meta.dirname, '..');
  const paths = globSync(
    folders.map((folder) => `${folder}/**/*.{ts,js}`),
    { cwd: root },
  );
  return hash(
    'sha256',
    paths
      .sort()
      .map((path) => hash('sha256', readFileSync(join(root, path))))
      .join(),
  );
}
