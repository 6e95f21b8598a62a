import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import type { Asker, PagePhoto } from '../asker.ts';
import { PhotoQueue } from './photo-queue.ts';
import { Thumbnails } from './thumbnails.ts';

/**
 * Asks about the photos, and draws the component again whenever more is known. Other photos, or another
 * asker, abort what is under way; so does the end of the component, which lets the thumbnails go as well.
 */
export function usePhotoQueue(photos: readonly PagePhoto[], asker: Asker): PhotoQueue {
  const [, redraw] = useReducer<number, undefined>((count) => count + 1, 0);
  const [thumbnails] = useState(() => new Thumbnails<Blob>());
  const queue = useMemo(
    () => new PhotoQueue(photos, asker, thumbnails),
    [photos, asker, thumbnails],
  );
  useEffect(() => {
    thumbnails.keep(photos.map(({ file }) => file));
    queue.onChange = () => redraw(undefined);
    void queue.run();
    return () => {
      queue.onChange = () => {};
      queue.stop();
    };
  }, [queue, photos, thumbnails]);
  useEffect(() => () => thumbnails.keep([]), [thumbnails]);
  return queue;
}
