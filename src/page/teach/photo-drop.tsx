import type { ComponentChildren } from 'preact';
import type { PagePhoto } from '../asker.ts';
import { pickedPhotos } from '../given-photos.ts';
import { useDrop } from './use-drop.ts';

export interface PhotoDropProps {
  /** What is done with the photos: "Add photos to rose". */
  readonly label: string;
  /** The same for those who see where it stands, where that is shorter. */
  readonly shortLabel?: string;
  /** Whether a folder is picked in place of files. Dropped may be either. */
  readonly isFolder?: boolean;
  readonly onPhotos: (photos: readonly PagePhoto[]) => void;
  readonly children?: ComponentChildren;
}

/** A place to drop photos and folders on, with a button to pick them. */
export function PhotoDrop(props: PhotoDropProps) {
  const { label, shortLabel = label, isFolder = false, onPhotos, children } = props;
  const { place, isOver } = useDrop<HTMLDivElement>(onPhotos);
  return (
    <div class={isOver ? 'photo-drop over' : 'photo-drop'} ref={place}>
      {children}
      <label class="pick">
        <input
          type="file"
          class="visually-hidden"
          multiple
          ref={(input) => {
            input?.toggleAttribute('webkitdirectory', isFolder);
          }}
          accept={isFolder ? undefined : 'image/*'}
          aria-label={label}
          onChange={({ currentTarget }) => {
            onPhotos(pickedPhotos(currentTarget.files ?? []));
            // The same files may be picked again.
            currentTarget.value = '';
          }}
        />
        <span aria-hidden="true">{shortLabel}</span>
      </label>
    </div>
  );
}
