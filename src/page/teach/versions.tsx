import { percentText } from '../quantity.ts';
import { ConfirmedButton } from './confirmed-button.tsx';
import type { Workbench } from './workbench.ts';

/** Former versions to go back to, and the end of the model. */
export function Versions({ bench }: { bench: Workbench }) {
  const { description, model } = bench;
  if (description === undefined) return null;
  const { versions, version: current } = description;
  return (
    <details class="versions">
      <summary>Versions, and deleting {model.name}</summary>
      {versions.length > 0 && (
        <ul>
          {versions.toReversed().map(({ version, createdAt, accuracy }) => (
            <li key={version}>
              <b>{version}</b>{' '}
              <span class="note">
                {new Date(createdAt).toLocaleString(undefined, {
                  dateStyle: 'medium',
                  timeStyle: 'short',
                })}
                {accuracy === undefined ? '' : `, ${percentText(accuracy)} right`}
              </span>{' '}
              {version === current ? (
                <span>answers now</span>
              ) : (
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Go back to version ${version}`}
                  onClick={() => void bench.rollBack(version)}
                >
                  Go back to it
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <ConfirmedButton
        label="Delete model"
        question={`Delete ${model.name}? It can be restored for 30 days.`}
        onConfirm={() => void bench.delete()}
      />
    </details>
  );
}
