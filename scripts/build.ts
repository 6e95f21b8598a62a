/** Bundles the Worker with wrangler into dist/, exactly as `wrangler deploy` would upload it. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { prepareArtifact } from '../model/prepare.ts';

const stampName = 'inputs.sha256';

/** What the bundle is made of. Anything else may change without making it stale. */
const inputs = [
  'src/**/*.{ts,css,html}',
  'model/*.{json,safetensors}',
  'wrangler.toml',
  'package-lock.json',
];

async function hashInputs(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of globSync(inputs, { cwd: root }).sort()) {
    hash.update(path).update('\0');
    hash.update(await readFile(join(root, path)));
  }
  return hash.digest('hex');
}

/**
 * Makes the artifact and the bundle if they are missing or older than what
 * they are made of.
 *
 * @returns the folder of the bundle: worker.js and the modules that it imports
 * @throws SourcesFailed where the weights can't be had
 * @throws Error with wrangler's own output where bundling fails
 */
export async function buildWorker(): Promise<string> {
  await prepareArtifact();
  return await bundleWorker(join(import.meta.dirname, '..'));
}

/**
 * Bundles the Worker of a project folder, its artifact being there already.
 *
 * @param root the folder of wrangler.toml, src/, model/ and node_modules/
 * @see buildWorker
 */
export async function bundleWorker(root: string): Promise<string> {
  const folder = join(root, 'dist');
  const stamp = await hashInputs(root);
  const formerStamp = await readFile(join(folder, stampName), 'utf8').catch(() => undefined);
  if (formerStamp === stamp) return folder;

  console.error('Bundling the Worker ...');
  // Built aside and renamed, so that a build that is cut short leaves nothing half-made.
  const aside = await mkdtemp(join(root, '.wrangler-build-'));
  try {
    await runWrangler(root, ['deploy', '--dry-run', '--outdir', aside]);
    await writeFile(join(aside, stampName), stamp);
    await replaceFolder(folder, aside);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}

/** Puts `fresh` in the place of `folder`, which is missing for no longer than two renames take. */
async function replaceFolder(folder: string, fresh: string): Promise<void> {
  const former = `${fresh}-former`;
  await rename(folder, former).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(fresh, folder);
  await rm(former, { recursive: true, force: true });
}

async function runWrangler(root: string, parameters: string[]): Promise<void> {
  const wrangler = join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  const child = spawn(process.execPath, [wrangler, ...parameters], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (exitCode !== 0) throw new Error(`The Worker could not be bundled.\n${output}`);
}

if (import.meta.main) await buildWorker();
