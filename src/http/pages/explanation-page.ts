import { html } from 'hono/html';
import type { ExplainAnswer } from '../../contract/answers.ts';
import type { ListItem } from '../respond.ts';
import { type Html, page, percent } from './layout.ts';

/** An explanation, with its picture where one was asked for. */
export interface Explained {
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
        ${picture === undefined ? '' : html`<img alt="The photo, with the parts glowing that speak for ${answer.label}" src="data:image/png;base64,${picture.toBase64()}">`}
        <figcaption>${caption}</figcaption>
      </figure>`;
}
