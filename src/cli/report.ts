import { AppError } from '../errors.ts';
import { type PicturedMistake, reportPage } from './pages/report-page.ts';
import { readPhotoFile } from './read-photo-file.ts';
import { makeThumbnail } from './thumbnail.ts';
import type { Training } from './train.ts';

/** How many mistakes are shown: some 10 kB each. */
const maxMistakes = 60;

/** In pixels: twice what a tile shows, for dense screens. */
const thumbnailSide = 256;

/**
 * Draws what came of training, with the mistakes as pictures, as an HTML file. A
 * photo that was taken away since it was trained on is left out of them.
 */
export async function makeReport(name: string, training: Training): Promise<string> {
  const pictured: PicturedMistake[] = [];
  for (const mistake of training.mistakes.slice(0, maxMistakes)) {
    try {
      const bytes = await readPhotoFile(mistake.photo);
      pictured.push({ ...mistake, thumbnail: await makeThumbnail(bytes, thumbnailSide) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return await reportPage(name, training, pictured);
}
