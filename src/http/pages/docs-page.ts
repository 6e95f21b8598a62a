import { html } from 'hono/html';
import type * as z from 'zod';
import type { Example } from '../../contract/example.ts';
import exampleAnswers from '../../contract/example-answers.json' with { type: 'json' };
import { examples } from '../../contract/examples.ts';
import {
  type Content,
  type Operation,
  type Tag,
  tags,
} from '../../contract/operations/operation.ts';
import { operations } from '../../contract/operations.ts';
import { type ParameterName, parameters, wireName } from '../../contract/parameters.ts';
import { type ProblemCode, problems } from '../../errors.ts';
import { curlCommand } from '../curl.ts';
import { type Html, page } from './layout.ts';

/** GET /docs: everything that can be asked, with an example for each; no scripts, and nothing from elsewhere. */
export function docsPage(origin: string): Html {
  const names = Object.keys(tags) as Tag[];
  return page(
    'Petal: the API',
    html`<h1>The API</h1>
      <p>Send a photo, get the names of what it shows. For programs, the same is at <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
      <nav aria-label="Contents">
        <ul>
          ${names.map((tag) => html`<li>${tags[tag]}<ul>${ofTag(tag).map(contentsEntry)}</ul></li>`)}
          <li><a href="#problems">Problems</a></li>
        </ul>
      </nav>
      ${names.map((tag) => ofTag(tag).map((operation) => section(operation, origin)))}
      <section id="problems">
        <h2>Problems</h2>
        <p>Every refusal is <code>application/problem+json</code> (RFC 9457): branch on <code>code</code>, show <code>detail</code>. Its <code>type</code> leads to an explanation.</p>
        ${problemTable()}
      </section>`,
    { width: 'wide' },
  );
}

function ofTag(tag: Tag): readonly Operation[] {
  return operations().filter((operation) => operation.tag === tag);
}

function contentsEntry({ id, summary }: Operation): Html {
  return html`<li><a href="#${id}">${summary}</a></li>`;
}

function section(operation: Operation, origin: string): Html {
  const { id, method, path, summary, description, body, answer, needs } = operation;
  return html`<section id="${id}">
        <h2>${summary}</h2>
        <p><code><span class="method">${method.toUpperCase()}</span> ${path}</code></p>
        <p>${prose(description)}</p>
        ${body === undefined ? '' : html`<h3>Body</h3>${contentList(body)}`}
        ${operation.parameters === undefined ? '' : html`<h3>Parameters</h3><p>In the query${body === undefined ? '' : ', as text fields of a form, or as members of a JSON body'}.</p>${parameterTable(operation.parameters, summary)}`}
        <h3>Answer</h3>
        ${contentList(answer)}
        ${examples.filter((example) => example.operation === id).map((example) => exampleOf(example, origin))}
        ${operation.problems.length === 0 ? '' : html`<p class="note">Problems: ${operation.problems.map((code, i) => html`${i > 0 ? ', ' : ''}<a href="#${code}"><code>${code}</code></a>`)}.${needs === undefined ? '' : html` Keys, of the scope <code>${needs}</code>, go into <code>Authorization: Bearer</code> or <code>x-api-key</code>.`}</p>`}
      </section>`;
}

/** Names of media types with what they hold. */
function contentList(content: Content): Html {
  return html`<dl>${Object.entries(content).map(
    ([mediaType, what]) =>
      html`<dt><code>${mediaType}</code></dt><dd>${typeof what === 'string' ? prose(what) : schemaName(what)}</dd>`,
  )}</dl>`;
}

function schemaName(schema: z.ZodType): Html {
  const { id, description } = schema.meta() ?? {};
  if (id === undefined) return html`One object, or a list.`;
  return html`${description === undefined ? '' : prose(`${description} `)}Schema <code>${id}</code> of <a href="/openapi.json">/openapi.json</a>.`;
}

function parameterTable(names: readonly ParameterName[], summary: string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Parameters: ${summary}"><table>
          <thead><tr><th scope="col">Name</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
          <tbody>${names.map((name) => {
            const { accepts, description } = parameters[name];
            return html`<tr><th scope="row"><code>${wireName(name)}</code></th><td>${prose(accepts)}${defaultOf(name)}</td><td>${prose(description)}</td></tr>`;
          })}</tbody>
        </table></div>`;
}

/** Completes what a parameter accepts. */
function defaultOf(name: ParameterName): string {
  const { data: value } = parameters[name].schema.safeParse(undefined);
  const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
  return isNothing ? '' : `; ${value} unless said otherwise`;
}

function problemTable(): Html {
  const codes = Object.keys(problems) as ProblemCode[];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="All problems"><table>
          <thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning, and what to do</th></tr></thead>
          <tbody>${codes.map((code) => {
            const { status, title, advice } = problems[code];
            return html`<tr id="${code}"><th scope="row"><a href="/problems/${code}"><code>${code}</code></a></th><td>${status}</td><td>${title}. ${prose(advice)}</td></tr>`;
          })}</tbody>
        </table></div>`;
}

function exampleOf(example: Example, origin: string): Html {
  const answer: unknown = (exampleAnswers as Record<string, unknown>)[example.id];
  const text = typeof answer === 'string' ? answer : laidOut(answer);
  return html`<h3>Example: ${example.title}</h3>
        <pre tabindex="0" aria-label="Command"><code>${curlCommand(example, origin)}</code></pre>
        <pre tabindex="0" aria-label="Answer"><code>${text}</code></pre>`;
}

/** JSON for reading: lists of numbers take one line each. */
function laidOut(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return text.replace(/\[[^[\]{}]*\]/g, (list) => list.replace(/\s+/g, ' '));
}

/** Sentences in which backquotes mark code. */
function prose(text: string): Html {
  return html`${text.split('`').map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}
