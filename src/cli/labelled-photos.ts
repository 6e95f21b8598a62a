import { basename, dirname } from 'node:path';
import type { ImageClass } from '../mobilenet/top-k.ts';
import { listPhotoFiles, type PhotoFile } from './photo-files.ts';

/** A photo of which is known what it shows. */
export interface LabelledPhoto extends PhotoFile {
  /** Indices of the classes that would be right; several where a name stands for several ("crane"). */
  readonly truth: readonly number[];
}

export interface LabelledFolder {
  readonly photos: LabelledPhoto[];
  /** Photos whose label is not among the classes, by that label. */
  readonly unknownLabels: ReadonlyMap<string, number>;
}

/** An ImageNet class with all of its names. */
export interface NamedClass extends ImageClass {
  readonly wnid: string;
  readonly names: readonly string[];
}

/**
 * Lists the photos of a folder with their labels: from the file's name, where
 * it begins with a WordNet id as ImageNet's do (`n11939491_daisy.JPEG`), else
 * from the name of the folder that it lies in, a WordNet id or any of a
 * class's names.
 *
 * @returns photos in order of their paths; files that aren't photos are left out
 * @throws Error where the folder can't be read, or holds no photo with a label that is a class
 */
export async function listLabelledPhotos(
  folder: string,
  classes: readonly NamedClass[],
): Promise<LabelledFolder> {
  const indices = indicesByLabel(classes);
  const photos: LabelledPhoto[] = [];
  const unknownLabels = new Map<string, number>();
  for (const { path, name } of await listPhotoFiles(folder)) {
    const label = /^n\d{8}(?=_)/.exec(basename(path))?.[0] ?? basename(dirname(path));
    const truth = indices.get(normalized(label));
    if (truth === undefined) unknownLabels.set(label, (unknownLabels.get(label) ?? 0) + 1);
    else photos.push({ path, name, truth });
  }
  if (photos.length === 0) {
    const found = [...unknownLabels.keys()].slice(0, 5).map((label) => `"${label}"`);
    throw new Error(
      `There is no photo with an ImageNet label in ${folder}${found.length > 0 ? `; found ${found.join(', ')}` : ''}. Name the files <WordNet id>_<name>.JPEG, or put them into folders named after their class.`,
    );
  }
  return { photos, unknownLabels };
}

function indicesByLabel(classes: readonly NamedClass[]): Map<string, number[]> {
  const indices = new Map<string, number[]>();
  for (const [index, { wnid, names }] of classes.entries()) {
    for (const label of new Set([wnid, ...names].map(normalized))) {
      indices.set(label, [...(indices.get(label) ?? []), index]);
    }
  }
  return indices;
}

/** Folders are named in many ways: "Egyptian cat", "egyptian_cat", "egyptian-cat". */
function normalized(label: string): string {
  return label
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}
