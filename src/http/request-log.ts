import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { PetalEnv, RequestFacts } from './context.ts';
import type { AppParts } from './parts.ts';

/** Probes ask every few seconds; that all is well is not worth a line each time. */
const quietRoutes = ['/healthz', '/v2/health/live', '/v2/health/ready'];

/**
 * Writes one line of JSON about each request, and a data point where Analytics
 * Engine is bound: what was asked and how it ended, never the photo, the key,
 * the query or the client's address. Health checks that pass leave neither.
 */
export function requestLog({
  analytics,
  clock,
  config,
  log,
  version,
}: AppParts): MiddlewareHandler<PetalEnv> {
  let isCold = true;
  return async function requestLog(c, next) {
    const isColdStart = isCold;
    isCold = false;
    const facts: RequestFacts = { photos: 0, cacheHits: 0, bytes: 0 };
    c.set('facts', facts);
    const startMs = clock.now();
    await next();
    c.header('X-Petal-Cold-Start', isColdStart ? '1' : '0');
    c.header('X-Petal-Version', version);
    const { caller, model, code, photos, cacheHits, bytes, durationsMs } = facts;
    const { status } = c.res;
    const route = routePath(c);
    // Stands still during work on Cloudflare; the platform's own logs have the CPU time.
    const durationMs = Math.round((clock.now() - startMs) * 10) / 10;
    const who = caller?.kind === 'key' ? caller.name : undefined;
    if (status === 200 && quietRoutes.includes(route)) return;
    if (config.logsRequests) {
      log(
        JSON.stringify({
          requestId: c.get('requestId'),
          method: c.req.method,
          route,
          status,
          code,
          caller: caller?.kind,
          key: who,
          model,
          photos: photos || undefined,
          cacheHits: cacheHits || undefined,
          bytes: bytes || undefined,
          durationMs,
          stagesMs: durationsMs,
          isColdStart: isColdStart || undefined,
          version,
        }),
      );
    }
    analytics?.writeDataPoint({
      indexes: [who ?? caller?.kind ?? 'none'],
      blobs: [c.req.method, route, String(status), code ?? '', model ?? '', version],
      doubles: [durationMs, photos, cacheHits, bytes, isColdStart ? 1 : 0],
    });
  };
}
