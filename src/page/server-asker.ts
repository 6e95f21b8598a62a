import { preparePhoto } from '../browser/prepare-photo.ts';
import { createClient } from '../client/client.ts';
import { retryAfterSeconds } from '../client/petal-error.ts';
import type { Asker, AskOptions, PhotoAnswer } from './asker.ts';
import { readServerTiming } from './server-timing.ts';
import type { Challenge } from './turnstile.ts';

export interface ServerAskerOptions {
  /** Of Petal. */
  readonly url: URL;
  readonly key?: string | undefined;
  /** `name` or `name@version`; undefined for ImageNet's classes. */
  readonly model: string | undefined;
  /** Gives a token for each request, where Petal asks for one. */
  readonly challenge?: Challenge | undefined;
}

/** Where the answer doesn't say for how long: what the client waits before its first retry. */
const defaultWaitSeconds = 1;

/** Browsers open six connections to a server; the page needs some of them itself. */
const concurrency = 4;

/** Asks Petal over HTTP. */
export function serverAsker({ url, key, model, challenge }: ServerAskerOptions): Asker {
  async function ask(photo: Blob, options: AskOptions = {}): Promise<PhotoAnswer> {
    const { topK, heatmaps, signal, onWait } = options;
    const { blob, isReduced } = await preparePhoto(photo, { signal });
    const challengeToken = await challenge?.take(signal);
    let durationsMs: PhotoAnswer['durationsMs'];
    let startMs = 0;
    // A client of its own for each question, which is how its answer's headers are seen.
    const client = createClient({
      url,
      key,
      async fetch(address, init) {
        startMs = performance.now();
        const response = await fetch(address, init);
        durationsMs = readServerTiming(response.headers.get('Server-Timing'));
        if (response.status === 429 || response.status === 503) {
          onWait?.({ seconds: retryAfterSeconds(response) ?? defaultWaitSeconds });
        }
        return response;
      },
    });
    const answer = await client.classify(blob, {
      model,
      topK,
      include: heatmaps ? ['heatmap'] : undefined,
      challengeToken,
      signal,
    });
    return {
      answer,
      durationsMs,
      totalMs: performance.now() - startMs,
      by: { kind: 'server' },
      sentBytes: blob.size,
      isReduced,
    };
  }
  return { ask, concurrency: challenge === undefined ? concurrency : 1 };
}
