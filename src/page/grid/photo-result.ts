import type { ClassifyAnswer } from '../../client/client.ts';
import type { PagePhoto } from '../asker.ts';
import type { Thumbnail } from './thumbnails.ts';

/** What became of the question about a photo. */
export type PhotoResult =
  /** Not asked yet, or its question was cancelled. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'answered'; readonly answer: ClassifyAnswer }
  | {
      readonly kind: 'refused';
      /** Of Petal's problems or of the transport. */
      readonly code: string;
      /** For people. */
      readonly sentence: string;
    };

/** A photo with what is known of it. Replaced, never changed, when more is known. */
export interface AskedPhoto {
  /** Where it stands among all, from 0. */
  readonly place: number;
  readonly photo: PagePhoto;
  /** Undefined until it is made, and where the browser can't read the file. */
  readonly thumbnail?: Thumbnail | undefined;
  readonly result: PhotoResult;
}

/** The folder that a photo lay in, with those above it: "holidays/beach"; empty for a file by itself. */
export function folderOf({ path = '' }: PagePhoto): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
