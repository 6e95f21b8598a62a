import { useId, useState } from 'preact/hooks';

export interface NameFormProps {
  readonly label: string;
  readonly button: string;
  readonly placeholder: string;
  /** What is wrong with a name, and what would be right; undefined for a good one. */
  readonly problemOf: (name: string) => string | undefined;
  readonly onName: (name: string) => void;
}

/** Asks for a name, and says what is wrong with it before anything is sent. */
export function NameForm({ label, button, placeholder, problemOf, onName }: NameFormProps) {
  const id = useId();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  return (
    <form
      class="name-form"
      onSubmit={(event) => {
        event.preventDefault();
        const trimmed = name.trim();
        const found = problemOf(trimmed);
        setProblem(found);
        if (found !== undefined) return;
        setName('');
        onName(trimmed);
      }}
    >
      <label for={id}>{label}</label>
      <input
        id={id}
        value={name}
        placeholder={placeholder}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={problem && `${id}-problem`}
        onInput={({ currentTarget }) => {
          setName(currentTarget.value);
          setProblem(undefined);
        }}
      />
      <button type="submit">{button}</button>
      {problem && (
        <p class="refused" role="alert" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </form>
  );
}
