import { useEffect, useRef, useState } from 'preact/hooks';
import type { PagePhoto } from './asker.ts';
import { transferredPhotos } from './given-photos.ts';

/**
 * Takes what is dropped or pasted anywhere on the page.
 *
 * @returns whether something is being dragged over the page
 */
export function useTransfers(
  onPhotos: (photos: readonly PagePhoto[]) => void,
  onFailure: () => void,
): boolean {
  const [isDragged, setDragged] = useState(false);
  const latest = useRef({ onPhotos, onFailure });
  latest.current = { onPhotos, onFailure };
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const accept = (transfer: DataTransfer): void => {
      transferredPhotos(transfer).then(
        (photos) => latest.current.onPhotos(photos),
        // A folder that may not be read, or a file that is gone again.
        () => latest.current.onFailure(),
      );
    };
    document.addEventListener(
      'dragover',
      (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        setDragged(true);
      },
      { signal },
    );
    document.addEventListener(
      'dragleave',
      ({ relatedTarget }) => {
        // Null where the pointer leaves the page.
        if (relatedTarget === null) setDragged(false);
      },
      { signal },
    );
    document.addEventListener(
      'drop',
      (event) => {
        setDragged(false);
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        accept(event.dataTransfer);
      },
      { signal },
    );
    document.addEventListener(
      'paste',
      ({ clipboardData }) => {
        // Text is pasted into fields.
        if (clipboardData !== null && clipboardData.files.length > 0) accept(clipboardData);
      },
      { signal },
    );
    return () => ended.abort();
  }, []);
  return isDragged;
}
