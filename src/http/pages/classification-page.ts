import { html } from 'hono/html';
import type { ClassifyAnswer, ModelsClassifyAnswer } from '../../contract/answers.ts';
import type { ListItem } from '../respond.ts';
import { type Html, page, percent } from './layout.ts';

type Item = ListItem<ClassifyAnswer | ModelsClassifyAnswer>;

/** What one model says. */
type Opinion = ModelsClassifyAnswer['models'][number];

/** What POST /v1/classify answers to a form without scripts. */
export function classificationPage(items: readonly Item[]): Html {
  const title = items.length === 1 ? headline(items[0]) : `${items.length} photos`;
  return page(
    title,
    html`<h1>${title}</h1>
      ${items.map((item, i) => html`${items.length > 1 ? html`<h2>Photo ${i + 1}: ${headline(item)}</h2>` : ''}${section(item)}`)}
      <p><a href="/">Another photo</a></p>`,
  );
}

/** What each model says; one that was asked alone says it in the answer itself. */
function opinionsOf(item: ClassifyAnswer | ModelsClassifyAnswer): readonly Opinion[] {
  return 'models' in item ? item.models : [item];
}

/** A model as people name it. */
function nameOf({ model, version }: Opinion): string {
  return version === undefined ? model : `${model}, version ${version}`;
}

function headline(item: Item): string {
  if ('problem' in item) return item.problem.title;
  const sure = opinionsOf(item).flatMap(({ unknown, predictions: [first] }) =>
    unknown || first === undefined ? [] : [first.label],
  );
  return sure.length === 0 ? 'Petal is not sure' : sure.join(', ');
}

function section(item: Item): Html {
  if ('problem' in item) return html`<p>${item.problem.detail}</p>`;
  const { image } = item;
  return html`${opinionsOf(item).map(opinionTable)}
    <p class="note">${image.format.toUpperCase()}, ${image.width} x ${image.height} pixels${image.truncated ? ', cut short' : ''}.</p>`;
}

function opinionTable(opinion: Opinion): Html {
  const { predictions, unknown } = opinion;
  return html`${unknown ? html`<p>The photo probably shows none of the things that this model knows. Its best guesses:</p>` : ''}
    <div class="scroll">
      <table>
        <caption>Answered by ${nameOf(opinion)}</caption>
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
    </div>`;
}

const barLength = 24;

/** The same for a terminal. */
export function classificationText(items: readonly Item[]): string {
  return items
    .map((item, i) => textSection(item, items.length > 1 ? `Photo ${i + 1}\n` : ''))
    .join('\n');
}

function textSection(item: Item, heading: string): string {
  if ('problem' in item) return `${heading}${item.problem.title}: ${item.problem.detail}\n`;
  const opinions = opinionsOf(item);
  const tables = opinions.map((opinion) => {
    const table = textTable(opinion);
    return opinions.length === 1 ? table : `${nameOf(opinion)}\n${table}`;
  });
  return `${heading}${tables.join('\n')}`;
}

function textTable({ predictions, unknown }: Opinion): string {
  const width = Math.max(0, ...predictions.map(({ label }) => label.length));
  const lines = predictions.map(({ label, probability }) => {
    const bar = '\u2588'.repeat(Math.round(probability * barLength));
    return `${label.padEnd(width)}  ${percent(probability).padStart(7)}  ${bar}`.trimEnd();
  });
  const unsure = unknown ? ['(not sure: probably none of the things that this model knows)'] : [];
  return `${[...lines, ...unsure].join('\n')}\n`;
}
