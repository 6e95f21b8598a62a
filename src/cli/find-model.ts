import { hash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { PublishedModel } from '../classes/catalog.ts';
import { type BackboneIdentity, readModelFile } from '../classes/model-file.ts';
import { modelName } from '../classes/model-name.ts';
import { commandName } from './command-name.ts';
import { headsFolder, listVersions, versionPath } from './model-folder.ts';

/** A user's model on disk. */
export interface ModelFile {
  readonly name: string;
  readonly version: number;
  readonly path: string;
}

/**
 * Finds the file that a person means by a name in model/heads, a path to a
 * model's folder, or one to a .safetensors file. `@2` behind the first two
 * names a version; without it, the newest is meant.
 *
 * @throws Error with a sentence where there is none
 */
export async function findModelFile(text: string): Promise<ModelFile> {
  if (text.endsWith('.safetensors')) return await fileOf(text);
  const [, place = text, version] = /^(.+)@([1-9]\d*)$/.exec(text) ?? [];
  // "flowers" is a name, "./flowers" a path.
  const isName = basename(place) === place && modelName.safeParse(place).success;
  const folder = isName ? join(headsFolder, place) : resolve(place);
  const name = basename(folder);
  const versions = await listVersions(folder, name).catch((): number[] => []);
  const newest = versions.at(-1);
  if (newest === undefined) {
    throw new Error(
      isName
        ? `There is no model "${place}" in ${headsFolder}. ${await whichThereAre()}`
        : `There is no model in ${place}. ${await whichThereAre()}`,
    );
  }
  const wanted = version === undefined ? newest : Number(version);
  if (!versions.includes(wanted)) {
    throw new Error(`${place} has no version ${wanted}; there are ${versions.join(', ')}.`);
  }
  return { name, version: wanted, path: versionPath(folder, wanted) };
}

async function fileOf(path: string): Promise<ModelFile> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile() !== true) throw new Error(`There is no file ${path}.`);
  const [, own, version] = /^(.+)@([1-9]\d*)$/.exec(basename(path, '.safetensors')) ?? [];
  return {
    name: own ?? basename(path, '.safetensors'),
    version: version === undefined ? 1 : Number(version),
    path,
  };
}

async function whichThereAre(): Promise<string> {
  const names = await listModelNames();
  return names.length === 0
    ? `Train one first: ${commandName} train <folder> --name <name>`
    : `There are: ${names.join(', ')}.`;
}

/** Names of the models in model/heads, sorted. */
export async function listModelNames(): Promise<string[]> {
  const folders = await readdir(headsFolder, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const { name } of folders) {
    const versions = await listVersions(join(headsFolder, name), name).catch(() => []);
    if (versions.length > 0) names.push(name);
  }
  return names.sort();
}

/**
 * Reads a model from disk, checking it as the Worker does.
 *
 * @throws AppError `invalid-model`, `model-mismatch`
 */
export async function readStoredModel(
  { name, version, path }: ModelFile,
  backbone: BackboneIdentity,
): Promise<PublishedModel> {
  // A copy of its own: what readFile returns may be a view into a shared pool.
  const bytes = new Uint8Array(await readFile(path));
  const sha256 = hash('sha256', bytes);
  return { name, version, sha256, model: readModelFile(bytes.buffer, backbone, sha256) };
}
