import { hash } from 'node:crypto';
import { access, constants, link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { replaceFile } from '../../model/replace-file.ts';
import type { Manifest } from '../classes/manifest.ts';
import { readManifest } from '../classes/model-file.ts';
import { openSafetensors } from '../safetensors.ts';

/** Where users' models lie, unless another folder is named; relative to the folder that one works in. */
export const headsFolder = join('model', 'heads');

/** One version of a model, as its folder keeps it. */
export interface StoredVersion {
  /** 1, 2, 3 ... in the order of training. */
  readonly version: number;
  /** Name of its file in the folder. */
  readonly file: string;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  readonly createdAt: string;
  /** As it was measured, 0..1; missing where there was too little to measure with. */
  readonly accuracy?: number;
}

/** What a folder's manifest.json says: the newest version's manifest, and which versions there are. */
export interface FolderManifest extends Manifest {
  readonly name: string;
  readonly version: number;
  readonly file: string;
  readonly sha256: string;
  /** Oldest first. */
  readonly versions: readonly StoredVersion[];
}

/** The file of a version: `flowers@2.safetensors`. */
function fileName(name: string, version: number): string {
  return `${name}@${version}.safetensors`;
}

/** Versions in a folder by their files' names, ascending; none where there is no folder. */
export async function listVersions(folder: string, name: string): Promise<number[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return files
    .map((file) => Number(/@([1-9]\d*)\.safetensors$/.exec(file)?.[1]))
    .filter((version) => files.includes(fileName(name, version)))
    .sort((a, b) => a - b);
}

/** Absolute or relative as `folder` is. */
export function versionPath(folder: string, version: number): string {
  return join(folder, fileName(basename(folder), version));
}

/**
 * Makes a model's folder, and finds out whether files can be put into it,
 * before hours of work go into what could not be kept.
 *
 * @throws Error with a sentence where they can't
 */
export async function openModelFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The model can't be written to ${folder}: ${why}. Choose another folder with --out.`,
      { cause: error },
    );
  }
}

/**
 * Puts a new version into a model's folder, named after the model. Older ones
 * stay. Whoever reads meanwhile, and whatever breaks off, sees the former
 * newest version or this one, whole.
 *
 * @param bytes of the model's file
 * @param report HTML, which replaces the former version's
 */
export async function storeVersion(
  folder: string,
  bytes: Uint8Array,
  report: string,
): Promise<FolderManifest> {
  const version = await claimVersion(folder, bytes);
  const manifest = await describeFolder(folder, version);
  await replaceFile(join(folder, 'report.html'), (handle) => handle.writeFile(report));
  await replaceFile(join(folder, 'manifest.json'), (handle) =>
    handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`),
  );
  return manifest;
}

/**
 * What a model's folder says of itself, by the files of its versions.
 *
 * @throws Error where it has none
 */
export async function readFolderManifest(folder: string): Promise<FolderManifest> {
  const newest = (await listVersions(folder, basename(folder))).at(-1);
  if (newest === undefined) throw new Error(`There is no model in ${folder}.`);
  return await describeFolder(folder, newest);
}

/** Writes the file under the next free number. Two processes that do so at once get two numbers. */
async function claimVersion(folder: string, bytes: Uint8Array): Promise<number> {
  const name = basename(folder);
  const temporary = join(folder, `${name}.${process.pid}.part`);
  await writeFile(temporary, bytes);
  try {
    for (let version = ((await listVersions(folder, name)).at(-1) ?? 0) + 1; ; version++) {
      try {
        // Unlike renaming, linking fails where there is such a file.
        await link(temporary, versionPath(folder, version));
        return version;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
    }
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * What a folder holds, by its files: manifest.json may be older than they are.
 *
 * @param newest the version to describe
 */
async function describeFolder(folder: string, newest: number): Promise<FolderManifest> {
  const name = basename(folder);
  const versions: StoredVersion[] = [];
  let current: Manifest | undefined;
  for (const version of await listVersions(folder, name)) {
    const bytes = await readFile(versionPath(folder, version));
    const manifest = readManifest(openSafetensors(new Uint8Array(bytes).buffer));
    if (version === newest) current = manifest;
    versions.push({
      version,
      file: fileName(name, version),
      sha256: hash('sha256', bytes),
      createdAt: manifest.createdAt,
      ...(manifest.metrics === undefined ? {} : { accuracy: manifest.metrics.accuracy }),
    });
  }
  const own = versions.find(({ version }) => version === newest);
  if (current === undefined || own === undefined) {
    throw new Error(`Version ${newest} was removed from ${folder} while it was written.`);
  }
  const { file, sha256 } = own;
  return { name, version: newest, file, sha256, ...current, versions };
}
