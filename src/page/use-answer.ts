import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Asker, isRefusal, type PhotoAnswer, type Refusal } from './asker.ts';

/** What came of asking about one photo. */
export type Asked =
  | {
      readonly kind: 'asking';
      /** When the question is sent again, by Date.now(), where Petal was busy. */
      readonly againAtMs?: number;
    }
  | { readonly kind: 'answered'; readonly answer: PhotoAnswer }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Asks about a photo, and aborts that when there is another one.
 *
 * @param asker undefined as long as it is not known how to ask
 * @returns what came of it, and what asks again
 */
export function useAnswer(photo: Blob, asker: Asker | undefined): [Asked, () => void] {
  const [asked, setAsked] = useState<Asked>({ kind: 'asking' });
  const asking = useRef<AbortController>(undefined);

  const ask = useCallback((): void => {
    asking.current?.abort();
    setAsked({ kind: 'asking' });
    if (asker === undefined) return;
    const controller = new AbortController();
    asking.current = controller;
    const { signal } = controller;
    const onWait = ({ seconds }: { seconds: number }): void =>
      setAsked({ kind: 'asking', againAtMs: Date.now() + seconds * 1000 });
    asker.ask(photo, { heatmaps: true, signal, onWait }).then(
      (answer) => {
        if (!signal.aborted) setAsked({ kind: 'answered', answer });
      },
      (error: unknown) => {
        if (signal.aborted) return;
        if (!isRefusal(error)) throw error;
        setAsked({ kind: 'refused', refusal: error });
      },
    );
  }, [photo, asker]);

  useEffect(() => {
    ask();
    return () => asking.current?.abort();
  }, [ask]);
  return [asked, ask];
}
