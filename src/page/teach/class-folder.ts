import type { PagePhoto } from '../asker.ts';
import { labelOfFolder } from './names.ts';
import type { NewExample } from './upload.ts';

/** A folder with one sub-folder for each class, or the folders of several classes. */
export interface ClassFolder {
  readonly examples: readonly NewExample[];
  /** Photos that lie beside the folders, so that nothing says what they show. */
  readonly strayCount: number;
}

/** Finds the class of each photo in its path; photos may lie in folders further down. */
export function readClassFolder(photos: readonly PagePhoto[]): ClassFolder {
  const paths = photos.map(({ path = '' }) => path.split('/'));
  const parents = new Set(paths.filter(({ length }) => length > 2).map(([top]) => top));
  const examples = photos.flatMap((photo, at): NewExample[] => {
    const [top, second] = paths[at];
    const folder = parents.has(top) ? (paths[at].length > 2 ? second : '') : top;
    const label = paths[at].length > 1 ? labelOfFolder(folder) : '';
    return label === '' ? [] : [{ label, photo }];
  });
  return { examples, strayCount: photos.length - examples.length };
}
