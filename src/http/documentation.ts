import { Hono } from 'hono';
import type { PetalEnv } from './context.ts';
import { openApiDocument } from './openapi.ts';
import { docsPage } from './pages/docs-page.ts';

/** GET /openapi.json and GET /docs: the API, to programs and to people. */
export function documentationRoutes() {
  // Made when it is first asked for: start-up has its own budget.
  let document: string | undefined;
  return new Hono<PetalEnv>()
    .get('/openapi.json', (c) => {
      document ??= JSON.stringify(openApiDocument());
      c.header('Content-Type', 'application/json');
      c.header('Cache-Control', 'public, max-age=300');
      return c.body(document);
    })
    .get('/docs', (c) => {
      c.header('Cache-Control', 'public, max-age=300');
      return c.html(docsPage(new URL(c.req.url).origin));
    });
}
