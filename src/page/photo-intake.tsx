import { useEffect, useRef, useState } from 'preact/hooks';
import type { PagePhoto } from './asker.ts';
import { Blossom } from './blossom.tsx';
import { CameraDialog, type CameraKind, useCamera } from './camera.tsx';
import { examples } from './examples.ts';
import { pickedPhotos } from './given-photos.ts';
import { useTransfers } from './use-transfers.ts';

export interface PhotoIntakeProps {
  /** Whether photos were given already, and it takes less room. */
  readonly isCompact: boolean;
  readonly onPhotos: (photos: readonly PagePhoto[]) => void;
}

/** As the form without scripts has it, and what browsers turn into JPEG or Petal refuses with advice. */
const accept = 'image/*';

const isMac = /Mac|iPad|iPhone/.test(navigator.userAgent);

/** Every way to give photos: drop, paste, pick, a folder, the camera, an example. */
export function PhotoIntake({ isCompact, onPhotos }: PhotoIntakeProps) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const capture = useRef<HTMLInputElement>(null);
  const camera = useCamera();
  const [isCameraOpen, setCameraOpen] = useState(false);
  const [note, setNote] = useState('');

  useEffect(() => {
    // JSX has no name for it.
    if (folder.current !== null) folder.current.webkitdirectory = true;
  }, []);

  const take = (photos: readonly PagePhoto[]): void => {
    setNote(photos.length === 0 ? 'There was no photo in it.' : '');
    if (photos.length > 0) onPhotos(photos);
  };
  const isDragged = useTransfers(take, () => setNote('What was given could not be read.'));

  const pick = ({ currentTarget }: { currentTarget: HTMLInputElement }): void => {
    const photos = pickedPhotos(currentTarget.files ?? []);
    // So that the same file can be chosen again.
    currentTarget.value = '';
    take(photos);
  };
  const takeExample = async (name: string, path: string): Promise<void> => {
    const response = await fetch(path).catch(() => undefined);
    if (!response?.ok) {
      setNote('The example could not be loaded.');
      return;
    }
    take([{ name, file: new File([await response.blob()], name, { type: 'image/jpeg' }) }]);
  };

  return (
    <section class="intake" aria-label="Give a photo" data-compact={isCompact}>
      <div class="target" data-dragged={isDragged}>
        {!isCompact && <Blossom />}
        <p class="target-words">
          <span class="target-title">{title(isDragged, camera)}</span>
          <span class="target-hint note">
            or paste it with <kbd>{isMac ? '⌘' : 'Ctrl'}</kbd> <kbd>V</kbd>
            {!isCompact && '; several photos or a folder, too'}
          </span>
        </p>
        <p class="target-buttons choices">
          <button type="button" class="target-pick" onClick={() => files.current?.click()}>
            Choose photos
          </button>
          {camera !== 'none' && (
            <button
              type="button"
              class="quiet"
              onClick={() =>
                camera === 'capture' ? capture.current?.click() : setCameraOpen(true)
              }
            >
              Take a photo
            </button>
          )}
          {camera !== 'capture' && (
            <button type="button" class="quiet" onClick={() => folder.current?.click()}>
              Choose a folder
            </button>
          )}
        </p>
        <p class="target-note" role="status">
          {note}
        </p>
      </div>
      <input
        ref={files}
        class="files"
        type="file"
        accept={accept}
        multiple
        hidden
        onChange={pick}
      />
      <input ref={folder} class="folder" type="file" hidden onChange={pick} />
      <input
        ref={capture}
        class="capture"
        type="file"
        accept={accept}
        capture="environment"
        hidden
        onChange={pick}
      />
      {isCameraOpen && (
        <CameraDialog
          onPhoto={(file) => take([{ name: file.name, file }])}
          onClose={() => setCameraOpen(false)}
        />
      )}
      {!isCompact && (
        <div class="examples">
          <p>No photo at hand? Try one of these:</p>
          <ul>
            {examples.map(({ name, title, path }) => (
              <li key={name}>
                <button type="button" class="example" onClick={() => takeExample(name, path)}>
                  <img src={path} alt="" width="160" height="120" />
                  <span class="example-title">{title}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function title(isDragged: boolean, camera: CameraKind): string {
  if (isDragged) return 'Let go, and Petal looks';
  return camera === 'capture' ? 'Show Petal a photo' : 'Drop a photo here';
}
