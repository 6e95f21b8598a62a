import { Hono } from 'hono';
import { AppError, type ProblemCode, problems } from '../errors.ts';
import type { PetalEnv } from './context.ts';
import { representationOf } from './negotiation.ts';
import { problemTypePage } from './pages/problem-page.ts';

/** GET /problems/{code}: what a refusal means and what to do; the `type` of every problem leads here. */
export function problemRoutes() {
  return new Hono<PetalEnv>().get('/problems/:code', (c) => {
    const code = c.req.param('code');
    if (!isProblemCode(code)) {
      const codes = Object.keys(problems);
      throw new AppError(
        'not-found',
        `There is no problem of this code; there are ${codes.join(', ')}.`,
      );
    }
    const problem = problems[code];
    const representation = representationOf(c);
    c.header('Vary', 'Accept');
    if (representation === 'html') return c.html(problemTypePage(code, problem));
    if (representation === 'text') return c.text(`${problem.title}\n\n${problem.advice}\n`);
    return c.json({ code, ...problem });
  });
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}
