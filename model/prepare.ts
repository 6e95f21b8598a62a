/** Prepares the artifact that the Worker bundles: obtains the weights' file, then converts it. */
import { readFile } from 'node:fs/promises';
import { delimiter, relative, resolve } from 'node:path';
import { convert, isCurrent } from './convert.ts';
import type { DownloadOptions } from './download.ts';
import { modelFolder, packageFolder } from './folder.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { obtain } from './obtain.ts';
import { megabytes, type ProgressStream, progressReporter } from './progress.ts';
import { replaceFile } from './replace-file.ts';

export interface PrepareOptions {
  /** Where the file is put, and the artifact beside it. `model/`. */
  folder?: string;
  /** `model/manifest.json`. */
  manifest?: Manifest;
  /** Of its variables only PETAL_MODEL_MIRROR is read. `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  download?: Omit<DownloadOptions, 'onProgress' | 'signal'>;
  /** Stops at once and leaves nothing half-written. */
  signal?: AbortSignal;
  /** Where progress is shown. `process.stderr`. */
  progress?: ProgressStream;
}

interface Prepared {
  /** Absolute path of the artifact. */
  path: string;
  bytes: number;
  /** Whether it was made just now; otherwise it was there and current. */
  made: boolean;
}

/**
 * Folders that may hold the weights' file. PETAL_MODEL_MIRROR lists them with
 * the system's path delimiter between (`:`, on Windows `;`); where it is empty
 * there are none, and where it is not set they are the manifest's.
 *
 * @returns absolute paths; relative ones count from the project's folder
 */
export function mirrorFolders(
  manifest: Pick<Manifest, 'mirrors'>,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const folders = env.PETAL_MODEL_MIRROR?.split(delimiter) ?? manifest.mirrors;
  return folders.filter((folder) => folder !== '').map((folder) => resolve(packageFolder, folder));
}

/**
 * Makes sure that the artifact is there and current. Where it is, nothing is
 * obtained and nothing printed. Two processes may do so at once.
 *
 * @returns absolute path of the artifact
 * @throws SourcesFailed where the weights cannot be had from anywhere
 * @throws Error where the weights' file holds another network, naming the first difference
 */
export async function prepareArtifact(options: PrepareOptions = {}): Promise<string> {
  return (await prepare(options)).path;
}

async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { folder = modelFolder } = options;
  const manifest = options.manifest ?? (await readManifest());
  const path = resolve(folder, manifest.artifact);
  const existing = await readIfThere(path);
  if (existing !== undefined && isCurrent(manifest, existing)) {
    return { path, bytes: existing.length, made: false };
  }

  const obtained = await obtainWeights(options);
  const artifact = convert(manifest, await readFile(obtained));
  await replaceFile(path, (handle) => handle.writeFile(artifact));
  return { path, bytes: artifact.length, made: true };
}

/**
 * Makes sure that the weights' file is there, which the artifact is made of.
 *
 * @returns its absolute path
 * @throws SourcesFailed where it cannot be had from anywhere
 */
export async function obtainWeights(options: PrepareOptions = {}): Promise<string> {
  const { folder = modelFolder, env = process.env, progress = process.stderr } = options;
  const manifest = options.manifest ?? (await readManifest());
  const file = { name: manifest.file, bytes: manifest.bytes, sha256: manifest.sha256 };
  return await obtain(file, {
    folder: resolve(folder),
    mirrors: mirrorFolders(manifest, env),
    urls: manifest.sources,
    download: options.download,
    signal: options.signal,
    onProgress: progressReporter(progress),
  });
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

if (import.meta.main) {
  const interrupted = new AbortController();
  process.once('SIGINT', () =>
    interrupted.abort(new Error('Stopped; nothing half-written is left.')),
  );
  try {
    const { path, bytes, made } = await prepare({ signal: interrupted.signal });
    const what = made ? 'Wrote' : 'Nothing to do, this is current:';
    console.log(`${what} ${relative('', path)} (${megabytes(bytes)}).`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
