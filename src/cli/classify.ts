import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Fit } from '../image/fit.ts';
import { classifyImage, type ModelAnswer } from '../pipeline/classify-image.ts';
import { type Answers, answerPhotos } from './answers.ts';
import { alignColumns, percent } from './columns.ts';
import { fileProblem, kindProblem } from './file-problem.ts';
import type { ModelParts } from './parts.ts';
import { isUnread, listPhotoFiles, type PhotoFile } from './photo-files.ts';
import { printable } from './printable.ts';

/** What one model says of a photo. */
export type PhotoAnswer = Pick<ModelAnswer, 'predictions' | 'unknown'>;

/**
 * Lists photos by files and folders that a person names.
 *
 * @returns in the order of the names; of a folder, all photos in it. What can't be read comes with a
 *   `refusal`, as long as anything else can.
 * @throws Error with a sentence where nothing can be read, or nothing is a photo
 */
export async function listNamedPhotos(paths: readonly string[]): Promise<PhotoFile[]> {
  const photos: PhotoFile[] = [];
  for (const path of paths) {
    const own = await listNamed(path);
    photos.push(...own.map((photo) => (paths.length > 1 ? { ...photo, name: photo.path } : photo)));
  }
  if (photos.length === 0) throw new Error(`There is no photo in ${paths.join(', ')}.`);
  const unread = photos.filter(isUnread);
  if (unread.length === photos.length) {
    const lines = unread.map(({ path, refusal }) => `${printable(path)} can't be read. ${refusal}`);
    throw new Error(lines.join('\n'));
  }
  return photos;
}

async function listNamed(path: string): Promise<PhotoFile[]> {
  const name = basename(path);
  try {
    // A file that is named is read, whatever its name ends with.
    const kind = await stat(path);
    if (kind.isDirectory()) return await listPhotoFiles(path);
    return [kind.isFile() ? { path, name } : { path, name, refusal: kindProblem(kind) }];
  } catch (error) {
    // Node.js reads parameters as UTF-8, and puts U+FFFD for what isn't.
    const refusal = path.includes('\ufffd')
      ? 'Its name is not UTF-8: name the folder that it lies in instead.'
      : fileProblem(error);
    return [{ path, name, refusal }];
  }
}

/** Classifies photos on the pipeline that serves. */
export async function classifyPhotos<Photo extends PhotoFile>(
  parts: ModelParts,
  photos: readonly Photo[],
  { fit, topK }: { readonly fit: Fit; readonly topK: number },
): Promise<Answers<Photo, PhotoAnswer>> {
  return await answerPhotos(photos, (bytes) => {
    const { predictions, unknown } = classifyImage(parts, bytes, parts.model, { topK, fit });
    return { predictions, unknown };
  });
}

/** Answers as a table for a terminal. */
export function formatAnswers({ answered, refused }: Answers<PhotoFile, PhotoAnswer>): string {
  const rows = answered.map(({ photo: { name }, answer: { predictions, unknown } }) => [
    name,
    ...predictions.flatMap(({ label, probability }) => [label, `${percent(probability)} %`]),
    unknown ? '(unknown)' : '',
  ]);
  const lines = alignColumns(rows);
  if (refused.length > 0) {
    lines.push('', `Could not be read (${refused.length})`);
    lines.push(
      ...refused.map(({ photo: { name }, refusal }) => `  ${printable(`${name}: ${refusal}`)}`),
    );
  }
  return lines.join('\n');
}
