import { AppError } from '../errors.ts';
import type { PhotoFile } from './photo-files.ts';
import { startProgress } from './progress.ts';
import { readPhotoFile } from './read-photo-file.ts';

/** What came of the photos. */
export interface Answers<Photo extends PhotoFile, Answer> {
  readonly answered: readonly { readonly photo: Photo; readonly answer: Answer }[];
  /** Photos that Petal can't read, and why. */
  readonly refused: readonly { readonly photo: Photo; readonly refusal: string }[];
}

/**
 * Asks for each photo, one after another, with a progress bar.
 *
 * @param answer from a file's bytes; where it throws AppError, the photo counts as refused
 */
export async function answerPhotos<Photo extends PhotoFile, Answer>(
  photos: readonly Photo[],
  answer: (bytes: Uint8Array, photo: Photo) => Answer,
): Promise<Answers<Photo, Answer>> {
  const progress = startProgress(photos.length, 'photos');
  const answered: { photo: Photo; answer: Answer }[] = [];
  const refused: { photo: Photo; refusal: string }[] = [];
  for (const photo of photos) {
    try {
      answered.push({ photo, answer: answer(await readPhotoFile(photo), photo) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ photo, refusal: error.message });
    }
    progress.increment();
  }
  progress.stop();
  return { answered, refused };
}
