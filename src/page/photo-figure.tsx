import { useEffect, useRef, useState } from 'preact/hooks';
import type { PagePhoto } from './asker.ts';
import { drawHeatmap, type HeatmapPicture } from './heatmap-picture.ts';
import { usePictureUrl } from './use-picture-url.ts';

export interface PhotoFigureProps {
  readonly photo: PagePhoto;
  readonly isBusy: boolean;
  /** Undefined where there is none to be shown. */
  readonly picture: HeatmapPicture | undefined;
  /** What the heatmap speaks for. */
  readonly label: string | undefined;
  /** 0..1, how much of the heatmap is seen. */
  readonly heat: number;
  readonly onHeat: (heat: number) => void;
}

/** The photo, upright as browsers show it, and the heatmap over it. */
export function PhotoFigure({ photo, isBusy, picture, label, heat, onHeat }: PhotoFigureProps) {
  const url = usePictureUrl(photo.file);
  const [unshownUrl, setUnshownUrl] = useState<string>();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null && picture !== undefined) drawHeatmap(canvas.current, picture);
  }, [picture]);
  const isShown = url !== undefined && url !== unshownUrl;
  return (
    <figure class="photo" aria-busy={isBusy}>
      <div class="photo-frame">
        {isShown ? (
          <img src={url} alt={`${photo.name}, as you gave it`} onError={() => setUnshownUrl(url)} />
        ) : (
          <p class="no-picture">{url === undefined ? '' : 'This browser can’t show the file.'}</p>
        )}
        {isShown && picture !== undefined && (
          <canvas ref={canvas} class="heat" style={{ opacity: heat }} />
        )}
      </div>
      {picture !== undefined && (
        <figcaption class="fader">
          <label for="heat">
            Where Petal looks for <b class="fader-label">{label}</b>
          </label>
          <input
            id="heat"
            type="range"
            min="0"
            max="100"
            step="5"
            value={Math.round(heat * 100)}
            aria-valuetext={`Heatmap ${Math.round(heat * 100)} % visible`}
            onInput={({ currentTarget }) => onHeat(Number(currentTarget.value) / 100)}
          />
        </figcaption>
      )}
    </figure>
  );
}
