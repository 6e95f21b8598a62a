import { useState } from 'preact/hooks';
import type { PagePhoto } from './asker.ts';

/** What the page was given last. */
export interface Given {
  /** Undefined as long as nothing was given. */
  readonly photos: readonly PagePhoto[] | undefined;
  /** The photo that is looked at by itself: the only one, or one of many. */
  readonly opened: PagePhoto | undefined;
  /** They are looked at in this browser: the switch was on, and nobody has said since that they may be sent. */
  readonly isKept: boolean;
  readonly take: (photos: readonly PagePhoto[], isKept: boolean) => void;
  /** Undefined shows all of them. */
  readonly open: (photo: PagePhoto | undefined) => void;
  /** Leaves the photo that is open, and with it the page's only one. */
  readonly leave: () => void;
  readonly setKept: (isKept: boolean) => void;
}

export function useGiven(): Given {
  const [photos, setPhotos] = useState<readonly PagePhoto[]>();
  const [opened, open] = useState<PagePhoto>();
  const [isKept, setKept] = useState(false);
  return {
    photos,
    opened,
    isKept,
    take(taken, isKept) {
      setPhotos(taken);
      open(taken.length === 1 ? taken[0] : undefined);
      setKept(isKept);
    },
    open,
    leave() {
      open(undefined);
      if (photos?.length === 1) setPhotos(undefined);
    },
    setKept,
  };
}
