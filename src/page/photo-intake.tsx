import { useEffect, useRef, useState } from 'preact/hooks';
import type { PagePhoto } from './asker.ts';
import { CameraDialog, type CameraKind, useCamera } from './camera.tsx';
import { examples } from './examples.ts';
import { pickedPhotos, transferredPhotos } from './given-photos.ts';

export interface PhotoIntakeProps {
  /** Whether photos were given already, and it takes less room. */
  readonly isCompact: boolean;
  readonly onPhotos: (photos: readonly PagePhoto[]) => void;
}

/** As the form without scripts has it, and what browsers turn into JPEG or Petal refuses with advice. */
const accept = 'image/*';

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
  const isDragged = useTransfers(take);

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
            or paste it with <kbd>Ctrl</kbd> <kbd>V</kbd>
            {!isCompact && '; several photos or a folder, too'}
          </span>
        </p>
        <p class="target-buttons choices">
          <button type="button" onClick={() => files.current?.click()}>
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

/**
 * Takes what is dropped or pasted anywhere on the page.
 *
 * @returns whether something is being dragged over the page
 */
function useTransfers(take: (photos: readonly PagePhoto[]) => void): boolean {
  const [isDragged, setDragged] = useState(false);
  const taker = useRef(take);
  taker.current = take;
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const accept = async (transfer: DataTransfer): Promise<void> => {
      taker.current(await transferredPhotos(transfer));
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

function title(isDragged: boolean, camera: CameraKind): string {
  if (isDragged) return 'Let go, and Petal looks';
  return camera === 'capture' ? 'Show Petal a photo' : 'Drop a photo here';
}

/** A blossom of five petals. */
function Blossom() {
  return (
    <svg class="blossom" viewBox="-50 -50 100 100" aria-hidden="true">
      {[0, 72, 144, 216, 288].map((degrees) => (
        <path
          key={degrees}
          d="M0 -6C-22 -14 -22 -42 -3 -46L0 -42L3 -46C22 -42 22 -14 0 -6Z"
          transform={`rotate(${degrees})`}
        />
      ))}
      <circle r="6" />
    </svg>
  );
}
