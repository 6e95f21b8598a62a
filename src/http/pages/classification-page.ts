import { html } from 'hono/html';
import type { ClassifyAnswer } from '../../contract/answers.ts';
import type { ListItem } from '../respond.ts';
import { type Html, page, percent } from './layout.ts';

/** What POST /v1/classify answers to a form without scripts. */
export function classificationPage(items: readonly ListItem<ClassifyAnswer>[]): Html {
  const title = items.length === 1 ? headline(items[0]) : `${items.length} photos`;
  return page(
    title,
    html`<h1>${title}</h1>
      ${items.map((item, i) => html`${items.length > 1 ? html`<h2>Photo ${i + 1}: ${headline(item)}</h2>` : ''}${section(item)}`)}
      <p><a href="/">Another photo</a></p>`,
  );
}

function headline(item: ListItem<ClassifyAnswer>): string {
  if ('problem' in item) return item.problem.title;
  if (item.unknown || item.predictions.length === 0) return 'Petal is not sure';
  return item.predictions[0].label;
}

function section(item: ListItem<ClassifyAnswer>): Html {
  if ('problem' in item) return html`<p>${item.problem.detail}</p>`;
  const { predictions, unknown, image, model } = item;
  return html`${unknown ? html`<p>The photo probably shows none of the things that this model knows. Its best guesses:</p>` : ''}
    <div class="scroll">
      <table>
        <thead>
          <tr><th scope="col">Label</th><th scope="col"><span aria-hidden="true"></span></th><th scope="col" class="number">Probability</th></tr>
        </thead>
        <tbody>
          ${predictions.map(
            ({ label, probability }) => html`<tr>
            <th scope="row">${label}</th>
            <td><meter aria-hidden="true" value="${probability}">${percent(probability)}</meter></td>
            <td class="number">${percent(probability)}</td>
          </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="note">${image.format.toUpperCase()}, ${image.width} x ${image.height} pixels${image.truncated ? ', cut short' : ''}; answered by ${model}.</p>`;
}

const barLength = 24;

/** The same for a terminal. */
export function classificationText(items: readonly ListItem<ClassifyAnswer>[]): string {
  return items
    .map((item, i) => textSection(item, items.length > 1 ? `Photo ${i + 1}\n` : ''))
    .join('\n');
}

function textSection(item: ListItem<ClassifyAnswer>, heading: string): string {
  if ('problem' in item) return `${heading}${item.problem.title}: ${item.problem.detail}\n`;
  const width = Math.max(0, ...item.predictions.map(({ label }) => label.length));
  const lines = item.predictions.map(({ label, probability }) => {
    const bar = '\u2588'.repeat(Math.round(probability * barLength));
    return `${label.padEnd(width)}  ${percent(probability).padStart(7)}  ${bar}`.trimEnd();
  });
  const unsure = item.unknown
    ? ['(not sure: probably none of the things that this model knows)']
    : [];
  return `${heading}${[...lines, ...unsure].join('\n')}\n`;
}
