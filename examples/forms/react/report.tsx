/** @jsxImportSource react */
import { type SubmitEvent, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { PetalImageElement } from './petal-image.ts';

/** Sends the form without leaving the page, and says what became of it. */
function Report() {
  const [label, setLabel] = useState<string>();
  const [message, setMessage] = useState('');

  async function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    // The photo and its label are in it, as every other field is.
    const response = await fetch('/reports', { method: 'POST', body: new FormData(form) });
    setMessage(response.ok ? 'Thank you. The report was sent.' : 'The report could not be sent.');
    if (response.ok) form.reset();
    setLabel(undefined);
  }

  const choose = ({ prediction }: PetalImageElement) => setLabel(prediction?.label);

  return (
    <form onSubmit={send}>
      <label htmlFor="place">Where was it?</label>
      <input id="place" name="place" autoComplete="off" />
      <petal-image
        name="photo"
        label="What is it?"
        required
        topK={3}
        onInput={(event) => choose(event.currentTarget)}
        onpetal-result={(event) => choose(event.target as PetalImageElement)}
        onpetal-error={(event) => setMessage(`No label: ${event.detail.detail}`)}
      />
      <p>
        <button type="submit">
          {label === undefined ? 'Send the report' : `Report a ${label}`}
        </button>
      </p>
      <p role="status">{message}</p>
    </form>
  );
}

const root = document.getElementById('report');
if (root !== null) createRoot(root).render(<Report />);
