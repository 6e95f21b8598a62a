/** The manifest: which file the weights come from, and what is made of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { modelFolder } from './folder.ts';

const fileName = z.string().regex(/^[\w.-]+$/, 'must be a plain file name');

const manifestSchema = z.strictObject({
  /** The network's name, as GET /v1/models gives it. */
  model: z.string().min(1),
  /** The weights' file, both in `model/` and in a mirror folder. */
  file: fileName,
  /** Size of the file. */
  bytes: z.int().positive(),
  /** Of the whole file, in lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
  /** SPDX identifier of the file's licence. */
  license: z.string().min(1),
  description: z.string().min(1),
  /** Folders that may hold the file, relative to the project's; PETAL_MODEL_MIRROR replaces them. */
  mirrors: z.array(z.string().min(1)),
  /** Public addresses of the file, in the order in which they are tried. */
  sources: z.tuple([z.url({ protocol: /^https$/ })], z.url({ protocol: /^https$/ })),
  /** The file that is written to `model/`. */
  artifact: fileName,
});

export type Manifest = z.infer<typeof manifestSchema>;

/**
 * @param path of the manifest; this folder's unless another is given
 * @throws Error where it is not a manifest, naming each field that is wrong
 */
export async function readManifest(path = join(modelFolder, 'manifest.json')): Promise<Manifest> {
  const checked = manifestSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!checked.success) {
    throw new Error(`The model's manifest is not valid:\n${z.prettifyError(checked.error)}`);
  }
  return checked.data;
}
