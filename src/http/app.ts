import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { classifyRoutes } from './classify.ts';
import { healthRoutes } from './health.ts';
import { homeRoutes } from './home.ts';
import { modelRoutes } from './models.ts';
import type { AppParts } from './parts.ts';
import { handleError, handleMethodNotAllowed, handleNotFound } from './problem.ts';
import { problemRoutes } from './problem-pages.ts';

/** The whole HTTP side of Petal, for any runtime that speaks fetch. */
export function createApp(parts: AppParts): Hono {
  const app = new Hono();
  app.use(requestId());
  app.use(
    secureHeaders({
      // Answers are data or a page with one style sheet: no scripts, no frames.
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    }),
  );
  app.use(methodNotAllowed({ app, onMethodNotAllowed: handleMethodNotAllowed }));
  app.onError(handleError);
  app.notFound(handleNotFound);
  app.route('/', homeRoutes(parts));
  app.route('/', healthRoutes(parts));
  app.route('/', modelRoutes(parts));
  app.route('/', classifyRoutes(parts));
  app.route('/', problemRoutes());
  return app;
}
