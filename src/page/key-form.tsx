import { useState } from 'preact/hooks';
import type { Refusal } from './asker.ts';

interface KeyProps {
  /** Whether there is a key already. */
  readonly hasKey: boolean;
  /** A key to be used from now on; undefined for none. */
  readonly onKey: (key: string | undefined) => void;
}

export interface KeyFormProps extends KeyProps {
  /** Why the key that was given does not let in. */
  readonly refusal: Refusal | undefined;
}

/** Asks for a key, where Petal lets in those who have one. */
export function KeyForm({ refusal, hasKey, onKey }: KeyFormProps) {
  const lacksScope = 'This key may not classify photos: it lacks the scope “classify”.';
  const sentence = refusal?.message ?? (hasKey ? lacksScope : undefined);
  return (
    <section class="key" aria-labelledby="key-heading">
      <h2 id="key-heading">A key, please</h2>
      <p>This Petal answers those who have a key. It is kept until you close this tab.</p>
      <KeyField onKey={onKey} />
      {sentence !== undefined && (
        <p class="refusal-sentence" role="alert">
          {sentence}
        </p>
      )}
      {hasKey && (
        <p>
          <button type="button" class="quiet" onClick={() => onKey(undefined)}>
            Go on without a key
          </button>
        </p>
      )}
    </section>
  );
}

/** Takes a key from those who have one, where it is not needed for photos. */
export function KeyOffer({ hasKey, onKey }: KeyProps) {
  if (hasKey) {
    return (
      <p class="key-offer choices">
        <span class="note">Your key is used in this tab.</span>
        <button type="button" class="quiet" onClick={() => onKey(undefined)}>
          Forget it
        </button>
      </p>
    );
  }
  return (
    <details class="key-offer">
      <summary>Use a key</summary>
      <KeyField onKey={onKey} />
    </details>
  );
}

function KeyField({ onKey }: Pick<KeyProps, 'onKey'>) {
  const [text, setText] = useState('');
  return (
    <form
      class="key-field choices"
      onSubmit={(event) => {
        event.preventDefault();
        onKey(text.trim());
      }}
    >
      <label for="key">Key</label>
      <input
        id="key"
        type="password"
        autocomplete="off"
        required
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Use it</button>
    </form>
  );
}
