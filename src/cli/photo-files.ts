import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileProblem, kindProblem } from './file-problem.ts';

/** A photo on disk. */
export interface PhotoFile {
  /** Bytes of names that are not UTF-8 are written as `\xff`. */
  readonly path: string;
  /** Relative to the folder that was asked for. */
  readonly name: string;
  /** The path as the file system has it, where it is not UTF-8. */
  readonly rawPath?: Buffer;
  /** Why there is nothing to read, where that was found out while listing. */
  readonly refusal?: string;
}

/** A file or folder that can't be read, and why. */
export type UnreadFile = PhotoFile & { readonly refusal: string };

export function isUnread(photo: PhotoFile): photo is UnreadFile {
  return photo.refusal !== undefined;
}

const photoExtensions = new Set(
  ['jpg', 'jpeg', 'png', 'gif', 'webp', 'bmp', 'heic', 'avif', 'tif', 'tiff'].map((e) => `.${e}`),
);

/** Something in a folder, by names as the file system has them. */
interface Place {
  /** Names that lead to it from the folder that was asked for. */
  readonly names: readonly Buffer[];
  /** Its path without links. */
  readonly real: Buffer;
}

/**
 * Lists the photos of a folder and of all folders in it, links to folders among
 * them. What is hidden (a dot first) is skipped, as are the thumbnails that file
 * managers put there. Each folder is listed once, so that links can neither lead
 * in circles nor count a photo twice.
 *
 * @returns photos in order of their paths; files that aren't photos are left out. What can't be
 *   read, but may be a photo or hold some, comes with a `refusal`.
 * @throws Error where the folder itself can't be read
 */
export async function listPhotoFiles(folder: string): Promise<PhotoFile[]> {
  const found: PhotoFile[] = [];
  const listed = new Set<string>();
  const links: Place[] = [];

  async function list(place: Place): Promise<void> {
    const key = place.real.toString('latin1');
    if (listed.has(key)) {
      found.push(refused(folder, place, 'It is a link to a folder that is read already.'));
      return;
    }
    listed.add(key);
    for (const entry of await entriesOf(place)) {
      if (isSkipped(textOf(entry.name))) continue;
      const child = inside(place, entry.name);
      if (entry.isDirectory()) await list(child);
      else if (entry.isSymbolicLink()) links.push(child);
      else if (isPhoto(entry.name)) found.push(photoOf(folder, child, entry));
    }
  }

  async function entriesOf(place: Place): Promise<Dirent<Buffer>[]> {
    try {
      return await readdir(pathOf(folder, place), { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      if (place.names.length === 0) throw error;
      found.push(refused(folder, place, fileProblem(error)));
      return [];
    }
  }

  async function follow(place: Place): Promise<void> {
    const path = pathOf(folder, place);
    try {
      const target = await stat(path);
      if (!target.isDirectory()) {
        if (isPhoto(place.names.at(-1))) found.push(photoOf(folder, place, target));
        return;
      }
      const real = await realpath(path, { encoding: 'buffer' });
      if (holds(real, place.real)) {
        found.push(refused(folder, place, 'It is a link to a folder that it lies in.'));
      } else {
        await list({ names: place.names, real });
      }
    } catch (error) {
      const isBroken = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      const reason = isBroken ? 'It is a link that leads nowhere.' : fileProblem(error);
      found.push(refused(folder, place, reason));
    }
  }

  await list({ names: [], real: await realpath(folder, { encoding: 'buffer' }) });
  // After the folders themselves, which are so listed under their own names. Links may lead to more.
  for (const link of links) await follow(link);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether a file or folder of this name is none of the person's photos. */
export function isSkipped(part: string): boolean {
  return part.startsWith('.') || part === '__MACOSX' || part === '@eaDir';
}

/** A name of the file system for people: bytes beyond ASCII are written as `\xff` where it is not UTF-8. */
export function textOf(name: Buffer): string {
  if (isUtf8(name)) return name.toString();
  return name
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
}

function isPhoto(name: Buffer | undefined): boolean {
  return name !== undefined && photoExtensions.has(extname(textOf(name)).toLowerCase());
}

/** @param kind of the file itself, or of what a link leads to */
function photoOf(
  folder: string,
  place: Place,
  kind: Pick<Dirent, 'isFile' | 'isFIFO' | 'isSocket' | 'isDirectory'>,
): PhotoFile {
  if (!kind.isFile()) return refused(folder, place, kindProblem(kind));
  const rawPath = pathOf(folder, place);
  return { ...named(folder, place), ...(typeof rawPath === 'string' ? {} : { rawPath }) };
}

function refused(folder: string, place: Place, refusal: string): PhotoFile {
  return { ...named(folder, place), refusal };
}

function named(folder: string, { names }: Place): PhotoFile {
  const name = join(...names.map(textOf));
  return { path: join(folder, name), name };
}

/** A path that the file system knows: text where it can be. */
function pathOf(folder: string, { names }: Place): string | Buffer {
  return names.every((name) => isUtf8(name))
    ? join(folder, ...names.map(String))
    : Buffer.concat([Buffer.from(folder), ...names.flatMap((name) => [Buffer.from(sep), name])]);
}

function inside({ names, real }: Place, name: Buffer): Place {
  return { names: [...names, name], real: Buffer.concat([real, Buffer.from(sep), name]) };
}

/** Whether a folder holds a path. Both are free of links. */
function holds(folder: Buffer, path: Buffer): boolean {
  const start = Buffer.concat([folder, Buffer.from(sep)]);
  return folder.length === 1 || path.subarray(0, start.length).equals(start);
}
