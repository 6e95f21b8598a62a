import { useMemo } from 'preact/hooks';
import type { PagePhoto } from '../asker.ts';
import { percentText } from '../quantity.ts';
import type { KnownLabels, Verdict } from './known-labels.ts';
import { type AskedPhoto, folderOf } from './photo-result.ts';

/** Predictions that a tile has room for. */
const barCount = 3;

export interface TileProps {
  readonly asked: AskedPhoto;
  readonly labels: KnownLabels | undefined;
  /** The thumbnail's address in place of its own, for a page that lives longer. */
  readonly source?: string | undefined;
  /** Makes a button of the picture. */
  readonly onOpen?: ((photo: PagePhoto) => void) | undefined;
}

/** A photo of many: its picture, its first label with a tick or a cross, and its bars. */
export function Tile({ asked, labels, source, onOpen }: TileProps) {
  // There may be hundreds, of which one changes at a time.
  return useMemo(() => {
    const { photo, thumbnail } = asked;
    const url = source ?? thumbnail?.url;
    const extension = /[^.]*$/.exec(photo.name)?.[0] ?? '';
    const picture = url ? (
      <img src={url} width="336" height="336" alt={onOpen ? '' : photo.name} />
    ) : (
      <span class="tile-blank" aria-hidden="true">
        {asked.result.kind === 'refused' ? extension : ''}
      </span>
    );
    const folder = folderOf(photo);
    return (
      <li class="tile">
        {onOpen ? (
          <button
            type="button"
            aria-label={`Look at ${photo.name} by itself`}
            onClick={() => onOpen(photo)}
          >
            {picture}
          </button>
        ) : (
          picture
        )}
        <Result asked={asked} labels={labels} />
        <p class="tile-name">
          {photo.name}
          {folder && <span> in {folder}</span>}
        </p>
      </li>
    );
  }, [asked, labels, source, onOpen]);
}

function Result({ asked, labels }: Pick<TileProps, 'asked' | 'labels'>) {
  const { photo, result } = asked;
  if (result.kind === 'refused') return <p class="refused">{result.sentence}</p>;
  if (result.kind !== 'answered') {
    return <p class="note">{result.kind === 'asking' ? 'Looking …' : 'Not asked yet'}</p>;
  }
  const { predictions, unknown } = result.answer;
  return (
    <>
      <p class="tile-label">
        <FirstLabel
          label={predictions[0]?.label ?? 'Nothing'}
          verdict={labels?.judge(photo, predictions)}
        />
        {unknown && <span class="note"> not sure</span>}
      </p>
      <ul class="tile-bars">
        {predictions.slice(0, barCount).map(({ label, index, probability }) => (
          <li key={index}>
            <span>{label}</span> <span class="number">{percentText(probability)}</span>
            <span class="tile-bar" aria-hidden="true">
              <span style={{ width: `${(probability * 100).toFixed(1)}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function FirstLabel({ label, verdict }: { label: string; verdict: Verdict | undefined }) {
  if (verdict === undefined) return <strong>{label}</strong>;
  const { isRight, truth } = verdict;
  return (
    <>
      <strong class={isRight ? 'right' : 'wrong'}>
        <svg viewBox="0 0 16 14" role="img" aria-label={isRight ? 'right:' : 'wrong:'}>
          <path d={isRight ? 'M2 8l4 4l8 -9' : 'M3 3l9 9m0 -9l-9 9'} />
        </svg>{' '}
        {label}
      </strong>
      {!isRight && <span class="note"> is {truth}</span>}
    </>
  );
}
