import { useEffect, useState } from 'preact/hooks';
import { readPhotoHeader } from '../browser/photo-header.ts';
import { uprightCanvas } from '../browser/upright-canvas.ts';

/** Enough pixels for the shorter side of a photo on the page, on a fine screen, too. */
const shownShortSide = 1024;

/** An address for `<img>` of the photo upright, for as long as it is shown; undefined at first. */
export function usePictureUrl(file: Blob): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    let isCurrent = true;
    const show = (picture: Blob): void => {
      if (!isCurrent) return;
      made = URL.createObjectURL(picture);
      setUrl(made);
    };
    standing(file).then(show, () => show(file));
    return () => {
      isCurrent = false;
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [file]);
  return url;
}

/** Browsers show JPEG and PNG as EXIF turns them; Chromium shows a WebP as it is stored. */
async function standing(file: Blob): Promise<Blob> {
  if (file.type !== 'image/webp') return file;
  const { orientation } = readPhotoHeader(new Uint8Array(await file.arrayBuffer()));
  if (orientation === 1) return file;
  const canvas = await uprightCanvas(file, shownShortSide);
  const picture = await new Promise<Blob | null>((resolve) =>
    canvas === undefined ? resolve(null) : canvas.toBlob(resolve),
  );
  return picture ?? file;
}
