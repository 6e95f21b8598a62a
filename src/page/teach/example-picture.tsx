import { useEffect, useState } from 'preact/hooks';
import { isRefusal } from '../asker.ts';
import type { Example } from './taught-model.ts';
import type { Workbench } from './workbench.ts';

interface ExamplePictureProps {
  readonly bench: Workbench;
  readonly example: Example;
}

/** A photo as it is stored; what was sent from here need not be asked for. */
export function ExamplePicture({ bench, example: { id, hasPhoto } }: ExamplePictureProps) {
  const { model, pictures } = bench;
  const url = pictures.get(id)?.url;
  const isMissing = url === undefined && hasPhoto;
  const [, setIsThere] = useState(false);
  useEffect(() => {
    if (!isMissing) return;
    const end = new AbortController();
    model
      .photo(id, end.signal)
      .then((photo) => pictures.make(id, photo))
      .then(
        () => setIsThere(true),
        // A picture that does not come leaves its place empty; the next try says what is wrong.
        (error: unknown) => {
          if (!end.signal.aborted && !isRefusal(error)) throw error;
        },
      );
    return () => end.abort();
  }, [model, pictures, id, isMissing]);
  if (url !== undefined) return <img src={url} width="336" height="336" alt="" />;
  return <span class="tile-blank">{hasPhoto ? '' : 'not kept'}</span>;
}
