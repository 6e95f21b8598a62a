import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { isLoopback } from '../access/loopback.ts';
import { isAllowedOrigin } from '../access/origins.ts';
import { tokenField, turnstileOrigin } from '../access/turnstile.ts';
import { accessRoutes } from './access.ts';
import { classifyRoutes } from './classify.ts';
import type { PetalEnv } from './context.ts';
import { customModelRoutes } from './custom-models.ts';
import { documentationRoutes } from './documentation.ts';
import { embedRoutes } from './embed.ts';
import { explainRoutes } from './explain.ts';
import { healthRoutes } from './health.ts';
import { homeRoutes } from './home.ts';
import { huggingFaceRoutes } from './hugging-face.ts';
import { modelExampleRoutes } from './model-examples.ts';
import { modelRoutes } from './models.ts';
import { openInferenceRoutes } from './open-inference.ts';
import type { AppParts } from './parts.ts';
import { handleError, handleMethodNotAllowed, handleNotFound } from './problem.ts';
import { problemRoutes } from './problem-pages.ts';
import { requestLog } from './request-log.ts';
import { tfServingRoutes } from './tf-serving.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Headers that pages of other origins may read. */
const exposedHeaders = [
  'Cache-Status',
  'ETag',
  'Location',
  'Retry-After',
  'Server-Timing',
  'X-Petal-Cold-Start',
  'X-Petal-Model',
  'X-Petal-Version',
  'X-Request-Id',
];

/** Headers that they may send. */
const acceptedHeaders = [
  'Authorization',
  'Content-Type',
  'If-None-Match',
  // Hugging Face's client sets it, and Firefox lets it.
  'User-Agent',
  'X-Api-Key',
  'X-Request-Id',
  tokenField,
];

/**
 * Who is still for so long, and isn't waiting for a photo from elsewhere, counts as
 * gone. Those who wait for a body or for memory say every second that they are there.
 */
const leaseMs = 15_000;

/** The whole HTTP side of Petal, for any runtime that speaks fetch. */
export function createApp(parts: AppParts) {
  const { access, clock, config } = parts;
  const room = new WaitingRoom(
    {
      maxInFlight: config.maxInFlight,
      maxHeldBytes: config.maxUploadsBytes,
      maxWaitMs: config.maxWaitMs,
      leaseMs: leaseMs + (config.allowsRemoteUrls ? config.remoteTimeoutMs : 0),
    },
    clock,
  );
  const app = new Hono<PetalEnv>();
  app.use(requestId());
  app.use(requestLog(parts));
  app.use(async function leaveLoopbackAlone(c, next) {
    await next();
    // It would bind every other server of the machine to https, whatever its port (RFC 6797, 8.3).
    if (isLoopback(new URL(c.req.url))) c.header('Strict-Transport-Security', undefined);
  });
  const forHome = secureHeaders(pageHeaders(access, 'scripts'));
  const forOthers = secureHeaders(pageHeaders(access, 'none'));
  app.use(async function setSecureHeaders(c, next) {
    return await (c.req.path === '/' ? forHome : forOthers)(c, next);
  });
  app.use(
    cors({
      origin: (origin) => (isAllowedOrigin(access.origins, origin) ? origin : null),
      allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      allowHeaders: acceptedHeaders,
      exposeHeaders: exposedHeaders,
      maxAge: 86_400,
    }),
  );
  app.use(methodNotAllowed({ app, onMethodNotAllowed: handleMethodNotAllowed }));
  app.onError(handleError);
  app.notFound(handleNotFound);
  return app
    .route('/', homeRoutes(parts))
    .route('/', healthRoutes(parts))
    .route('/', accessRoutes(parts))
    .route('/', modelRoutes(parts, room))
    .route('/', customModelRoutes(parts, room))
    .route('/', modelExampleRoutes(parts, room))
    .route('/', classifyRoutes(parts, room))
    .route('/', embedRoutes(parts, room))
    .route('/', explainRoutes(parts, room))
    .route('/', huggingFaceRoutes(parts, room))
    .route('/', tfServingRoutes(parts, room))
    .route('/', openInferenceRoutes(parts, room))
    .route('/', problemRoutes())
    .route('/', documentationRoutes());
}

/**
 * Headers of what the Worker answers.
 *
 * @param own `scripts` for the page that loads the site's scripts and runs the network, `none` for
 *   data and pages that run nothing but Turnstile
 */
function pageHeaders(
  { turnstile }: AppParts['access'],
  own: 'scripts' | 'none',
): NonNullable<Parameters<typeof secureHeaders>[0]> {
  const challenge = turnstile === undefined ? [] : [turnstileOrigin];
  const scriptSrc = own === 'scripts' ? ["'self'", ...challenge] : challenge;
  return {
    // Under `no-referrer` browsers send `Origin: null` with forms of Petal's own pages.
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    // With COOP, which is there by default, it makes the page cross-origin isolated, so that it may
    // have threads. Turnstile's frame says nothing of COEP and would not load.
    crossOriginEmbedderPolicy: own === 'scripts' && turnstile === undefined,
    contentSecurityPolicy: {
      ...(scriptSrc.length === 0 ? {} : { scriptSrc }),
      ...(turnstile === undefined ? {} : { frameSrc: challenge }),
      ...(own === 'scripts' ? { connectSrc: ["'self'"], workerSrc: ["'self'"] } : {}),
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: own === 'scripts' ? ["'self'", 'data:', 'blob:'] : ["'self'", 'data:'],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
  };
}

/** The app's type, for `hono/client`. */
export type PetalApp = ReturnType<typeof createApp>;
