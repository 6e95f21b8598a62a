import { Hono } from 'hono';
import type { HealthAnswer } from '../contract/answers.ts';
import type { PetalEnv } from './context.ts';
import { typed } from './declared.ts';
import type { AppParts } from './parts.ts';

/** GET /healthz: whether photos can be classified, by which kernels, and the two numbers that would show a leak. */
export function healthRoutes({ network }: AppParts) {
  return new Hono<PetalEnv>().get('/healthz', (c) => {
    const loaded = network();
    c.header('Cache-Control', 'no-store');
    return typed<HealthAnswer>(
      c.json({
        status: 'ok',
        model: loaded.metadata.model,
        ...(loaded.kernelLevel === undefined ? {} : { kernels: loaded.kernelLevel }),
        wasmHeapBytes: loaded.wasmHeapBytes(),
        tensorCount: loaded.tensorCount(),
      }),
    );
  });
}
