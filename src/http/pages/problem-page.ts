import { html } from 'hono/html';
import type { ProblemAnswer } from '../../contract/answers.ts';
import type { ProblemCode, problems } from '../../errors.ts';
import { type Html, page } from './layout.ts';

/** A refusal, for a person who posted a form or followed a link. */
export function problemPage({ title, detail, code }: ProblemAnswer, advice: string): Html {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${detail}</p>
      <p class="note">${advice} <a href="/problems/${code}">About this problem</a></p>`,
  );
}

/** What a code means, wherever it occurs. */
export function problemTypePage(
  code: ProblemCode,
  { status, title, advice }: (typeof problems)[ProblemCode],
): Html {
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${advice}</p>
      <p class="note">Problem <code>${code}</code>, status ${status}. <a href="/docs">All about the API</a></p>`,
  );
}
