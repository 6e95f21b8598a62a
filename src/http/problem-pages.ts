import { Hono } from 'hono';
import { AppError, type ProblemCode, problems } from '../errors.ts';

/** GET /problems/{code}: what a refusal means and what to do; the `type` of every problem leads here. */
export function problemRoutes(): Hono {
  return new Hono().get('/problems/:code', (c) => {
    const code = c.req.param('code');
    if (!isProblemCode(code)) {
      const codes = Object.keys(problems);
      throw new AppError(
        'not-found',
        `There is no problem of this code; there are ${codes.join(', ')}.`,
      );
    }
    return c.json({ code, ...problems[code] });
  });
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}
