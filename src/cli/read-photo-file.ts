import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { fileProblem, kindProblem } from './file-problem.ts';
import type { PhotoFile } from './photo-files.ts';

/** Opening a FIFO that nobody writes to would wait. Windows knows no such flag. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a photo's file. Whatever is in the way is the photo's refusal: no file may end a run over
 * thousands, and none may hold it up.
 *
 * @returns memory of its own, which can move to a thread
 * @throws AppError `image-decode-failed`, with the reason in a sentence
 */
export async function readPhotoFile(photo: PhotoFile): Promise<Uint8Array<ArrayBuffer>> {
  if (photo.refusal !== undefined) throw unreadable(photo.refusal);
  const path = photo.rawPath ?? photo.path;
  try {
    // First, since opening a device may do something.
    const kind = await stat(path);
    if (!kind.isFile()) throw unreadable(kindProblem(kind));
    await using file = await open(path, openFlags);
    const opened = await file.stat();
    if (!opened.isFile()) throw unreadable(kindProblem(opened));
    return new Uint8Array(await file.readFile());
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(fileProblem(error), error);
  }
}

function unreadable(reason: string, cause?: unknown): AppError {
  return new AppError('image-decode-failed', reason, { cause });
}
