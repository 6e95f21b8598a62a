import { useState } from 'preact/hooks';
import { ConfirmedButton } from './confirmed-button.tsx';
import { ExamplePicture } from './example-picture.tsx';
import { enoughPhotos } from './hints.ts';
import { PhotoDrop } from './photo-drop.tsx';
import type { Example } from './taught-model.ts';
import type { TaughtClass, Workbench } from './workbench.ts';

/** Pictures that are shown before a person asks for all: each is a request that counts. */
const shownAtFirst = 8;

interface ClassCardProps {
  readonly bench: Workbench;
  readonly taught: TaughtClass;
  /** Of the other classes. */
  readonly otherLabels: readonly string[];
}

/** A class: its photos, more of them by drop, and what can be done with some. */
export function ClassCard({ bench, taught, otherLabels }: ClassCardProps) {
  const { label, count, examples } = taught;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [showsAll, setShowsAll] = useState(false);
  const some = examples.filter(({ id }) => chosen.has(id));
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  return (
    <li class="class-card">
      <PhotoDrop
        label={`Add photos to ${label}`}
        shortLabel="Add photos"
        onPhotos={(photos) => bench.addPhotos(photos.map((photo) => ({ label, photo })))}
      >
        <h4>{label}</h4>
        <p class="note">
          {count} photo{count === 1 ? '' : 's'}
          {count < enoughPhotos && `, ${enoughPhotos - count} more would help`}
        </p>
        {count === 0 && <p class="drop-here">Drop photos here</p>}
        <ul class="class-photos" aria-label={`Photos of ${label}`}>
          {examples.slice(0, showsAll ? undefined : shownAtFirst).map((example, at) => (
            <li key={example.id}>
              <button
                type="button"
                aria-pressed={chosen.has(example.id)}
                aria-label={`Photo ${at + 1} of ${label}`}
                onClick={() => toggle(example.id)}
              >
                <ExamplePicture bench={bench} example={example} />
              </button>
            </li>
          ))}
        </ul>
        {count > shownAtFirst && (
          <button type="button" class="plain" onClick={() => setShowsAll(!showsAll)}>
            {showsAll ? 'Show fewer' : `Show all ${count}`}
          </button>
        )}
      </PhotoDrop>
      {some.length > 0 ? (
        <ChosenExamples
          bench={bench}
          examples={some}
          otherLabels={otherLabels}
          onDone={() => setChosen(new Set())}
        />
      ) : (
        <ConfirmedButton
          label="Delete class"
          question={count === 0 ? `Delete ${label}?` : `Delete ${label} with its photos?`}
          onConfirm={() => void bench.removeClass(taught)}
        />
      )}
    </li>
  );
}

interface ChosenExamplesProps {
  readonly bench: Workbench;
  readonly examples: readonly Example[];
  readonly otherLabels: readonly string[];
  readonly onDone: () => void;
}

/** What can be done with the photos that were pressed. */
function ChosenExamples({ bench, examples, otherLabels, onDone }: ChosenExamplesProps) {
  const [target, setTarget] = useState(otherLabels[0] ?? '');
  // Those that were added without keeping them are not there to be sent again.
  const canMove = otherLabels.length > 0 && examples.every(({ hasPhoto }) => hasPhoto);
  return (
    <div class="chosen">
      <span>{examples.length} chosen</span>
      {canMove && (
        <>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              void bench.move(examples, target);
              onDone();
            }}
          >
            Move to
          </button>
          <select
            aria-label="Class to move to"
            value={target}
            onChange={({ currentTarget }) => setTarget(currentTarget.value)}
          >
            {otherLabels.map((label) => (
              <option key={label}>{label}</option>
            ))}
          </select>
        </>
      )}
      <button
        type="button"
        class="danger"
        onClick={() => {
          void bench.remove(examples);
          onDone();
        }}
      >
        Delete
      </button>
      <button type="button" class="quiet" onClick={onDone}>
        Never mind
      </button>
    </div>
  );
}
