import type { Context } from 'hono';
import type { PetalEnv } from './context.ts';
import type { AppParts } from './parts.ts';
import { type JsonProtocol, type Received, receivePhotos } from './received.ts';

/**
 * Reads a request's photos within the deployment's limits, and has the
 * challenge checked where the caller owes one.
 *
 * @throws AppError as {@link receivePhotos}, and `challenge-failed`, `challenge-unavailable`
 */
export async function receive(
  c: Context<PetalEnv>,
  parts: AppParts,
  protocol?: JsonProtocol,
): Promise<Received> {
  const { maxUploadBytes: maxBytes, uploadTimeoutMs: timeoutMs } = parts.config;
  const limits = { maxBytes, timeoutMs };
  const received = await receivePhotos(c.req.raw, limits, c.get('lease'), protocol);
  try {
    const { caller } = c.get('facts');
    if (caller !== undefined && 'needsChallenge' in caller && caller.needsChallenge) {
      await parts.verifyChallenge?.(received.challengeToken, parts.peerOf(c.req.raw.headers));
    }
  } catch (error) {
    received.release();
    throw error;
  }
  return received;
}
