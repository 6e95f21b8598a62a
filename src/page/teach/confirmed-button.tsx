import { useState } from 'preact/hooks';

export interface ConfirmedButtonProps {
  readonly label: string;
  /** What would happen, as a question. */
  readonly question: string;
  readonly onConfirm: () => void;
}

/** A button for what can't be taken back lightly: it asks first, in its place. */
export function ConfirmedButton({ label, question, onConfirm }: ConfirmedButtonProps) {
  const [isAsking, setIsAsking] = useState(false);
  if (!isAsking) {
    return (
      <button type="button" class="quiet danger" onClick={() => setIsAsking(true)}>
        {label}
      </button>
    );
  }
  return (
    <fieldset class="confirm">
      <legend class="visually-hidden">{label}</legend>
      {question}{' '}
      <button
        type="button"
        class="quiet danger"
        onClick={() => {
          setIsAsking(false);
          onConfirm();
        }}
      >
        Delete
      </button>{' '}
      <button
        type="button"
        class="quiet"
        // What was asked for is at hand for the keyboard, and the safe answer is first.
        ref={(button) => button?.focus()}
        onClick={() => setIsAsking(false)}
      >
        Keep
      </button>
    </fieldset>
  );
}
