import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PagePhoto } from '../asker.ts';
import { transferredPhotos } from '../given-photos.ts';

/**
 * Takes what is dropped on an element, before the page around it does.
 *
 * @returns the element's ref, and whether something is held over it
 */
export function useDrop<Element extends HTMLElement>(
  onPhotos: (photos: readonly PagePhoto[]) => void,
): { readonly place: RefObject<Element | null>; readonly isOver: boolean } {
  const place = useRef<Element>(null);
  const latest = useRef(onPhotos);
  latest.current = onPhotos;
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const end = new AbortController();
    const on = (type: 'dragover' | 'dragleave' | 'drop'): void => {
      const listener = async (event: DragEvent): Promise<void> => {
        event.preventDefault();
        event.stopPropagation();
        setIsOver(type === 'dragover');
        // To the page it is as if nothing were dragged over it any more.
        document.dispatchEvent(new DragEvent('dragleave'));
        const { dataTransfer } = event;
        if (type === 'drop' && dataTransfer !== null) {
          latest.current(await transferredPhotos(dataTransfer));
        }
      };
      element.addEventListener(type, listener, { signal: end.signal });
    };
    on('dragover');
    on('dragleave');
    on('drop');
    return () => end.abort();
  }, []);
  return { place, isOver };
}
