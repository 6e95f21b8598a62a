import { useState } from 'preact/hooks';
import type { Asker, PagePhoto } from '../asker.ts';
import { Tile } from '../grid/tile.tsx';
import { usePhotoQueue } from '../grid/use-photo-queue.ts';
import { PhotoDrop } from './photo-drop.tsx';

/** Photos that stay on trial; the oldest make room. */
const maxPhotos = 10;

const none: readonly PagePhoto[] = [];

/** Photos for the new model to name, right where it was made. Another asker is asked about all again. */
export function TryIt({ asker }: { asker: Asker }) {
  const [photos, setPhotos] = useState(none);
  const queue = usePhotoQueue(photos, asker);
  return (
    <div class="try-it tiles-room">
      <h3>Try it</h3>
      <PhotoDrop
        label="Choose photos to try"
        onPhotos={(given) => setPhotos([...given, ...photos].slice(0, maxPhotos))}
      >
        <p class="drop-here">Drop a photo here that it has not seen</p>
      </PhotoDrop>
      {queue.stoppedBy && (
        <p class="refused" role="alert">
          {queue.stoppedBy.message}
        </p>
      )}
      <ul class="tiles" aria-live="polite">
        {queue.photos.map((asked) => (
          <Tile key={asked.place} asked={asked} labels={queue.labels} />
        ))}
      </ul>
    </div>
  );
}
