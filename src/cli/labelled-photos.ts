import { basename, dirname, resolve, sep } from 'node:path';
import type { ImageClass } from '../mobilenet/top-k.ts';
import { isUnread, listPhotoFiles, type PhotoFile, type UnreadFile } from './photo-files.ts';

/** A photo of which is known what it shows. */
export interface LabelledPhoto extends PhotoFile {
  /** Indices of the classes that would be right; several where a name stands for several ("crane"). */
  readonly truth: readonly number[];
}

export interface LabelledFolder {
  readonly photos: LabelledPhoto[];
  /** What could not be read while the folder was listed. */
  readonly unread: readonly UnreadFile[];
  /** Photos whose label is not among the classes, by that label. */
  readonly unknownLabels: ReadonlyMap<string, number>;
}

/** A class with all of its names. */
export interface NamedClass extends ImageClass {
  readonly names: readonly string[];
}

/**
 * Lists the photos of a folder with their labels: from the file's name, where
 * it begins with a WordNet id as ImageNet's do (`n11939491_daisy.JPEG`), else
 * from the name of the folder that it lies in, or of one further up to the one
 * that was given: a WordNet id or any of a class's names.
 *
 * @returns photos in order of their paths; files that aren't photos are left out
 * @throws Error where the folder can't be read, or holds no photo with a label that is a class
 */
export async function listLabelledPhotos(
  folder: string,
  classes: readonly NamedClass[],
): Promise<LabelledFolder> {
  const photos: LabelledPhoto[] = [];
  const unread: UnreadFile[] = [];
  const unknownLabels = new Map<string, number>();
  for (const { label, truth, ...photo } of await listPhotosWithLabels(folder, classes)) {
    if (isUnread(photo)) unread.push(photo);
    else if (truth === undefined) unknownLabels.set(label, (unknownLabels.get(label) ?? 0) + 1);
    else photos.push({ ...photo, truth });
  }
  if (photos.length === 0) {
    throw new Error(nothingLabelled(folder, classes, [...unknownLabels.keys()]));
  }
  return { photos, unread, unknownLabels };
}

/** A photo, and what its place says that it shows. */
export interface PlacedPhoto extends PhotoFile {
  /** In the words of the place; a class of the model or not. */
  readonly label: string;
  /** Indices of the classes that this means; missing where it means none. */
  readonly truth?: readonly number[] | undefined;
}

/** Lists all photos of a folder, each with its label as {@link listLabelledPhotos} finds it. */
export async function listPhotosWithLabels(
  folder: string,
  classes: readonly NamedClass[],
): Promise<PlacedPhoto[]> {
  const indices = indicesByLabel(classes);
  const photos = await listPhotoFiles(folder);
  return photos.map((photo) => {
    const labels = labelsOf(resolve(folder), photo.name);
    const label = labels.find((each) => indices(each) !== undefined) ?? labels[0];
    return { ...photo, label, truth: indices(label) };
  });
}

/** What a photo's place says that it shows, the likeliest first. */
function labelsOf(folder: string, name: string): string[] {
  const wordNetId = /^n\d{8}(?=_)/.exec(basename(name))?.[0];
  const folders = [basename(folder), ...dirname(name).split(sep)].filter((each) => each !== '.');
  return [...(wordNetId === undefined ? [] : [wordNetId]), ...folders.reverse()];
}

function nothingLabelled(
  folder: string,
  classes: readonly NamedClass[],
  found: readonly string[],
): string {
  const list = found.slice(0, 5).map((label) => `"${label}"`);
  const seen = list.length > 0 ? `; found ${list.join(', ')}` : '';
  return classes.some(({ wnid }) => wnid !== undefined)
    ? `There is no photo with an ImageNet label in ${folder}${seen}. Name the files <WordNet id>_<name>.JPEG, or put them into folders named after their class.`
    : `There is no photo with one of the model's labels in ${folder}${seen}. Put the photos into folders named after their label: ${classes
        .slice(0, 5)
        .map(({ label }) => label)
        .join(', ')}${classes.length > 5 ? ', ...' : ''}.`;
}

/** Finds the classes that a label means: by the very name, else by one that is spelled a little differently. */
function indicesByLabel(
  classes: readonly NamedClass[],
): (label: string) => readonly number[] | undefined {
  const exact = new Map<string, number[]>();
  const alike = new Map<string, number[]>();
  for (const [index, { wnid, names }] of classes.entries()) {
    const all = wnid === undefined ? names : [wnid, ...names];
    for (const label of new Set(all)) append(exact, label, index);
    for (const label of new Set(all.map(normalized))) append(alike, label, index);
  }
  return (label) => exact.get(label.normalize('NFC')) ?? alike.get(normalized(label));
}

function append(indices: Map<string, number[]>, label: string, index: number): void {
  indices.set(label, [...(indices.get(label) ?? []), index]);
}

/** Folders are named in many ways: "Egyptian cat", "egyptian_cat", "egyptian-cat", "jack-o-lantern". */
function normalized(label: string): string {
  return label
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[\s_-]+/g, ' ')
    .trim();
}
