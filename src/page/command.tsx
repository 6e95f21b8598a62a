import { useEffect, useState } from 'preact/hooks';

export interface CommandProps {
  readonly text: string;
}

const saidForMs = 3000;

/** A command for a shell, to be copied. */
export function Command({ text }: CommandProps) {
  const [said, setSaid] = useState<'' | 'Copied' | 'Not copied: select the text instead'>('');
  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => setSaid(''), saidForMs);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    // Missing where the page isn't a secure context.
    const clipboard: Clipboard | undefined = navigator.clipboard;
    if (clipboard === undefined) setSaid('Not copied: select the text instead');
    else {
      clipboard.writeText(text).then(
        () => setSaid('Copied'),
        () => setSaid('Not copied: select the text instead'),
      );
    }
  };
  return (
    <section class="command" aria-labelledby="command-heading">
      <h2 id="command-heading">The same from a shell</h2>
      <pre>
        <code>{text}</code>
      </pre>
      <button type="button" class="quiet" onClick={copy}>
        Copy
      </button>
      <p class="note" role="status">
        {said}
      </p>
    </section>
  );
}
