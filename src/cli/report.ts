import { readFile } from 'node:fs/promises';
import { type PicturedMistake, reportPage } from './pages/report-page.ts';
import { makeThumbnail } from './thumbnail.ts';
import type { Training } from './train.ts';

/** How many mistakes are shown: some 10 kB each. */
const maxMistakes = 60;

/** In pixels: twice what a tile shows, for dense screens. */
const thumbnailSide = 256;

/** Draws what came of training, with the mistakes as pictures, as an HTML file. */
export async function makeReport(name: string, training: Training): Promise<string> {
  const pictured: PicturedMistake[] = [];
  for (const mistake of training.mistakes.slice(0, maxMistakes)) {
    const bytes = await readFile(mistake.photo.path);
    pictured.push({ ...mistake, thumbnail: await makeThumbnail(bytes, thumbnailSide) });
  }
  return await reportPage(name, training, pictured);
}
