/** Whether the packages of a lock file are there; plain JavaScript, as it runs before any is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined} packages by
 *   folder; undefined where there is no lock file to read
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Compares package-lock.json with the lock file of its own that npm writes
 * into node_modules as the last step of an installation.
 *
 * @param {string} folder that of package-lock.json
 * @returns {boolean}
 */
export function isInstalled(folder) {
  const wanted = readLock(join(folder, 'package-lock.json'));
  const present = readLock(join(folder, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(
    // Optional packages are for other platforms; "" is the folder itself.
    ([path, { version, optional }]) =>
      path === '' || optional === true || present[path]?.version === version,
  );
}
