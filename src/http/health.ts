import { Hono } from 'hono';
import type { HealthAnswer } from '../contract.ts';
import type { AppParts } from './parts.ts';

/** GET /healthz: whether photos can be classified, and the two numbers that would show a leak. */
export function healthRoutes({ network }: AppParts): Hono {
  return new Hono().get('/healthz', (c) => {
    const loaded = network();
    const answer: HealthAnswer = {
      status: 'ok',
      model: loaded.metadata.model,
      wasmHeapBytes: loaded.wasmHeapBytes(),
      tensorCount: loaded.tensorCount(),
    };
    c.header('Cache-Control', 'no-store');
    return c.json(answer);
  });
}
