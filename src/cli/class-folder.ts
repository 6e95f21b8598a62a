import { isUtf8 } from 'node:buffer';
import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { labelName, maxLabels } from '../classes/manifest.ts';
import {
  isSkipped,
  isUnread,
  listPhotoFiles,
  type PhotoFile,
  textOf,
  type UnreadFile,
} from './photo-files.ts';

/** A photo to train on. */
export interface ClassPhoto extends PhotoFile {
  readonly label: string;
}

/** A folder with one sub-folder for each class. */
export interface ClassFolder {
  /** Sorted. */
  readonly labels: readonly string[];
  /** In order of the labels, and of their paths. */
  readonly photos: readonly ClassPhoto[];
  /** What lies beside the sub-folders, or would be one, and can't be read. */
  readonly unread: readonly UnreadFile[];
  /** Photos that lie beside the sub-folders, so that nothing says what they show. */
  readonly unlabelled: number;
}

/**
 * Lists the photos of a folder whose sub-folders are the classes. Photos may
 * lie in folders further down; what is hidden (a dot first) is skipped.
 *
 * @throws Error with a sentence where the folder is none, where there are fewer than two classes, or
 *   where one has no photo or a name that no label may have
 */
export async function listClassFolder(folder: string): Promise<ClassFolder> {
  const facts = await stat(folder).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such folder' : cause.message;
    throw new Error(`The folder ${folder} can't be read: ${why}.`, { cause });
  });
  if (!facts.isDirectory()) throw new Error(`${folder} is a file, not a folder.`);
  const all = await listPhotoFiles(folder);
  const beside = all.filter(({ name }) => !name.includes(sep));
  const unread = beside.filter(isUnread);
  const names = (await listFolders(folder)).filter((name) => unread.every((e) => e.name !== name));
  const photos: ClassPhoto[] = [];
  const labels: string[] = [];
  for (const name of names) {
    const label = labelOf(name);
    if (labels.includes(label)) {
      throw new Error(`Two folders in ${folder} stand for the label "${label}". Join them.`);
    }
    const own = all.filter((photo) => photo.name.startsWith(name + sep));
    if (own.length === 0) {
      throw new Error(
        `The class "${label}" has no photo: ${join(folder, name)} is empty. Put photos into it, or remove it.`,
      );
    }
    labels.push(label);
    photos.push(...own.map((photo) => ({ ...photo, label })));
  }
  const unlabelled = beside.length - unread.length;
  if (labels.length < 2) throw new Error(tooFewClasses(folder, labels, unlabelled));
  if (labels.length > maxLabels) {
    throw new Error(
      `There are ${labels.length} classes in ${folder}; a model tells at most ${maxLabels} apart.`,
    );
  }
  return { labels, photos, unread, unlabelled };
}

/** Names of the sub-folders that aren't hidden, links to folders among them, sorted. */
async function listFolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder, { encoding: 'buffer' })) {
    const name = textOf(entry);
    if (isSkipped(name)) continue;
    const path = isUtf8(entry) ? join(folder, name) : Buffer.from(`${folder}${sep}`);
    const facts = await stat(typeof path === 'string' ? path : Buffer.concat([path, entry])).catch(
      () => undefined,
    );
    if (facts?.isDirectory() !== true) continue;
    if (!isUtf8(entry)) {
      throw new Error(`The folder "${name}" can't stand for a class: its name is not UTF-8.`);
    }
    names.push(name);
  }
  return names.sort();
}

/** Accents may be stored in one character or two, as the file system likes. */
function labelOf(name: string): string {
  const read = labelName.safeParse(name.normalize('NFC'));
  if (read.success) return read.data;
  throw new Error(
    `The folder ${JSON.stringify(name)} can't stand for a class. ${read.error.issues[0].message}.`,
  );
}

function tooFewClasses(folder: string, labels: readonly string[], unlabelled: number): string {
  const layout = `Put the photos of each class into a folder of its own: ${join(folder, 'daisy')}, ${join(folder, 'rose')}, ...`;
  if (labels.length === 1) {
    return `There is only one class in ${folder}, "${labels[0]}"; a model needs at least two to tell apart. ${layout}`;
  }
  return unlabelled > 0
    ? `The ${unlabelled} photos in ${folder} lie in no folder that says what they show. ${layout}`
    : `There are no folders in ${folder}. ${layout}`;
}
