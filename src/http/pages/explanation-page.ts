import { html } from 'hono/html';
import type { ExplainAnswer } from '../../contract/answers.ts';
import type { ListItem } from '../respond.ts';
import { type Html, page, percent } from './layout.ts';

interface Explained {
  readonly answer: ExplainAnswer;
  readonly picture: Uint8Array | undefined;
}

/** What POST /v1/explain answers to a form without scripts. */
export function explanationPage(item: ListItem<Explained>): Html {
  return page(
    'Where Petal looks',
    html`<h1>Where Petal looks</h1>
      ${'problem' in item ? html`<p>${item.problem.detail}</p>` : figure(item)}
      <p><a href="/">Another photo</a></p>`,
  );
}

function figure({ answer, picture }: Explained): Html {
  const caption = `${answer.label}, ${percent(answer.probability)}: what speaks for it glows.`;
  return html`<figure>
        ${picture === undefined ? '' : html`<img alt="The photo, with the parts glowing that speak for ${answer.label}" src="data:image/png;base64,${base64(picture)}">`}
        <figcaption>${caption}</figcaption>
      </figure>`;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces, as arguments go onto the stack.
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary);
}
