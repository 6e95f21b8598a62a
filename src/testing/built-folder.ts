import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A folder that is made of files, and made again when they change. */
export interface BuiltFolder {
  /** The package that all paths are relative to. */
  readonly root: string;
  /** What is made. */
  readonly path: string;
  /** Globs of what it is made of. Anything else may change without making it stale. */
  readonly inputs: readonly string[];
  /** Fills an empty folder. */
  make(folder: string): Promise<void>;
}

const stampName = 'inputs.sha256';

/**
 * Makes the folder if it is missing or older than its inputs. Several processes
 * may do so at once.
 *
 * @returns absolute path of the folder
 * @throws what `make` throws; the former folder is then still there
 */
export async function buildFolder({ root, path, inputs, make }: BuiltFolder): Promise<string> {
  const folder = join(root, path);
  const stamp = await hashFiles(root, inputs);
  const formerStamp = await readFile(join(folder, stampName), 'utf8').catch(() => undefined);
  if (formerStamp === stamp) return folder;

  // Built aside and renamed, so that a build that is cut short leaves nothing half-made.
  const aside = await mkdtemp(join(root, '.build-'));
  try {
    await make(aside);
    await writeFile(join(aside, stampName), stamp);
    await replaceFolder(folder, aside);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}

async function hashFiles(root: string, globs: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of globSync(globs, { cwd: root }).sort()) {
    hash.update(path).update('\0');
    hash.update(await readFile(join(root, path)));
  }
  return hash.digest('hex');
}

/** Puts `fresh` in the place of `folder`, which is missing for no longer than two renames take. */
async function replaceFolder(folder: string, fresh: string): Promise<void> {
  const former = `${fresh}-former`;
  await mkdir(dirname(folder), { recursive: true });
  await rename(folder, former).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(fresh, folder);
  await rm(former, { recursive: true, force: true });
}
