import { useId } from 'preact/hooks';
import type { CustomModelAnswer } from '../../contract/models.ts';
import { percentText } from '../quantity.ts';

type Metrics = NonNullable<NonNullable<CustomModelAnswer['manifest']>['metrics']>;

/** More make a table that nobody reads. */
const maxTableLabels = 8;

/** How good a model is, on photos that it was not trained on. */
export function Accuracy({ metrics }: { metrics: Metrics | undefined }) {
  if (metrics === undefined) {
    return (
      <p>
        There are too few photos to say how good it is: with five or more of each class, Petal keeps
        some back and tries the model on them.
      </p>
    );
  }
  const { correct, photos, accuracy, interval } = metrics;
  const [low, high] = interval.map((share) => Math.round(share * 100));
  return (
    <>
      <p class="accuracy">
        <strong>{percentText(accuracy)} right</strong>{' '}
        <span class="note">
          {`on photos that it had not seen: ${correct} of ${photos}. On many more it would probably be between ${low} and ${high}\u00a0%.`}
        </span>
      </p>
      <Confusions metrics={metrics} />
    </>
  );
}

function Confusions({ metrics: { confusion, labels } }: { metrics: Metrics }) {
  const id = useId();
  if (labels.length > maxTableLabels) {
    const mistakes = confusion
      .flatMap((row, truth) => row.map((count, taken) => ({ count, truth, taken })))
      .filter(({ count, truth, taken }) => count > 0 && truth !== taken)
      .sort((a, b) => b.count - a.count)
      .slice(0, 5);
    return (
      <ul>
        {mistakes.map(({ count, truth, taken }) => (
          <li key={`${truth} ${taken}`}>
            {labels[truth].label} taken for {labels[taken].label}: {count}
          </li>
        ))}
      </ul>
    );
  }
  return (
    <>
      <p class="note" id={id}>
        What photos show (rows), and what they were taken for (columns)
      </p>
      <table class="confusion" aria-labelledby={id}>
        <thead>
          <tr>
            <td />
            {labels.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map(({ label, photos }, truth) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {confusion[truth].map((count, taken) => (
                <td
                  key={labels[taken].label}
                  class={truth === taken ? 'hit' : 'miss'}
                  style={{ '--share': count / Math.max(1, photos) }}
                >
                  {count}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
