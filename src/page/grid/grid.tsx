import type { GridProps } from '../asker.ts';

export function Grid({ photos, onOpen }: GridProps) {
  return (
    <ul>
      {photos.map((photo) => (
        <li key={photo.path ?? photo.name}>
          <button type="button" onClick={() => onOpen(photo)}>
            {photo.name}
          </button>
        </li>
      ))}
    </ul>
  );
}
