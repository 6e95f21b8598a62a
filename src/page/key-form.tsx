import { useState } from 'preact/hooks';
import type { Refusal } from './asker.ts';

export interface KeyFormProps {
  /** Why the key that was given does not let in. */
  readonly refusal: Refusal | undefined;
  /** Whether there is a key, which has not the scope. */
  readonly hasKey: boolean;
  readonly onKey: (key: string | undefined) => void;
}

/** Asks for a key, where Petal lets in those who have one. */
export function KeyForm({ refusal, hasKey, onKey }: KeyFormProps) {
  const [text, setText] = useState('');
  return (
    <form
      class="key"
      onSubmit={(event) => {
        event.preventDefault();
        onKey(text.trim());
      }}
    >
      <h2>A key, please</h2>
      <p>This Petal answers those who have a key. It is kept until you close this tab.</p>
      <p class="choices">
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
      </p>
      {refusal !== undefined && (
        <p class="refusal-sentence" role="alert">
          {refusal.message}
        </p>
      )}
      {refusal === undefined && hasKey && (
        <p class="refusal-sentence" role="alert">
          This key may not classify photos: it lacks the scope “classify”.
        </p>
      )}
    </form>
  );
}
