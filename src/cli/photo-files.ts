import { readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** A photo on disk. */
export interface PhotoFile {
  readonly path: string;
  /** Relative to the folder that was asked for. */
  readonly name: string;
}

const photoExtensions = new Set(
  ['jpg', 'jpeg', 'png', 'gif', 'webp', 'bmp', 'heic', 'avif', 'tif', 'tiff'].map((e) => `.${e}`),
);

/**
 * Lists the photos of a folder and of all folders in it. What is hidden (a dot
 * first) is skipped, as are the thumbnails that file managers put there.
 *
 * @returns photos in order of their paths; files that aren't photos are left out
 * @throws Error where the folder can't be read
 */
export async function listPhotoFiles(folder: string): Promise<PhotoFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .filter((entry) => photoExtensions.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path, name: relative(folder, path) }))
    .filter(({ name }) => !name.split(sep).some(isSkipped));
}

/** Whether a file or folder of this name is none of the person's photos. */
export function isSkipped(part: string): boolean {
  return part.startsWith('.') || part === '__MACOSX' || part === '@eaDir';
}
