import { useEffect, useRef, useState } from 'preact/hooks';

export interface ConfirmedButtonProps {
  readonly label: string;
  /** What would happen, as a question. */
  readonly question: string;
  readonly onConfirm: () => void;
}

/** A button for what can't be taken back lightly: it asks first, in its place. */
export function ConfirmedButton({ label, question, onConfirm }: ConfirmedButtonProps) {
  const [isAsking, setIsAsking] = useState<boolean>();
  const next = useRef<HTMLButtonElement>(null);
  // Who uses the keyboard goes on where the button was; of the answers at the one that does no harm.
  useEffect(() => {
    if (isAsking !== undefined) next.current?.focus();
  }, [isAsking]);
  if (!isAsking) {
    return (
      <button type="button" class="plain" ref={next} onClick={() => setIsAsking(true)}>
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
        class="danger"
        onClick={() => {
          setIsAsking(false);
          onConfirm();
        }}
      >
        Delete
      </button>{' '}
      <button type="button" class="quiet" ref={next} onClick={() => setIsAsking(false)}>
        Keep
      </button>
    </fieldset>
  );
}
