import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Fit } from '../image/fit.ts';
import { classifyImage, type ModelAnswer } from '../pipeline/classify-image.ts';
import { type Answers, answerPhotos } from './answers.ts';
import { alignColumns, percent } from './columns.ts';
import type { ModelParts } from './parts.ts';
import { listPhotoFiles, type PhotoFile } from './photo-files.ts';

/** What one model says of a photo. */
export type PhotoAnswer = Pick<ModelAnswer, 'predictions' | 'unknown'>;

/**
 * Lists photos by files and folders that a person names.
 *
 * @returns in the order of the names; of a folder, all photos in it
 * @throws Error with a sentence where there is no such file or folder, or no photo in any
 */
export async function listNamedPhotos(paths: readonly string[]): Promise<PhotoFile[]> {
  const photos: PhotoFile[] = [];
  for (const path of paths) {
    const facts = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'there is no such file or folder' : cause.message;
      throw new Error(`${path} can't be read: ${why}.`, { cause });
    });
    // A file that is named is read, whatever its name ends with.
    if (!facts.isDirectory()) photos.push({ path, name: paths.length > 1 ? path : basename(path) });
    else {
      const own = await listPhotoFiles(path);
      photos.push(
        ...own.map((photo) => (paths.length > 1 ? { ...photo, name: photo.path } : photo)),
      );
    }
  }
  if (photos.length === 0) throw new Error(`There is no photo in ${paths.join(', ')}.`);
  return photos;
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
    lines.push(...refused.map(({ photo: { name }, refusal }) => `  ${name}: ${refusal}`));
  }
  return lines.join('\n');
}
