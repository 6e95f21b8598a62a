/** The real weights' file, where it can be had without the network; otherwise its tests are skipped. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '../../model/manifest.ts';
import { mirrorFolders } from '../../model/prepare.ts';

const manifest = await readManifest();
const modelFolder = join(import.meta.dirname, '../../model');

/** The folder that holds the file; undefined where none does. */
export const realTfliteFolder = [modelFolder, ...mirrorFolders(manifest, process.env)].find(
  (folder) => existsSync(join(folder, manifest.file)),
);

/** The whole file; undefined where it is not there. */
export const realTflite: Uint8Array | undefined =
  realTfliteFolder === undefined
    ? undefined
    : new Uint8Array(readFileSync(join(realTfliteFolder, manifest.file)));
