import { preparePhoto } from '../browser/prepare-photo.ts';
import { LocalError } from '../local/local-error.ts';
import type { LocalNetwork, LocalOptions } from '../local/local-network.ts';
import { arithmeticText } from './arithmetic-text.ts';
import type { Asker, AskOptions, PhotoAnswer } from './asker.ts';

export interface LocalAskerOptions {
  /** Settles when the network is there; asked once for each photo, so that a failed download can be repeated. */
  readonly network: () => Promise<LocalNetwork>;
  /** It has ended or broken, and has to be loaded again. */
  readonly onBroken: () => void;
  /** Reads the file of a user's model, once; without it ImageNet's classes are told apart. */
  readonly readModel?: (() => Promise<LocalOptions['model']>) | undefined;
}

/** Asks the network in this browser. Photos leave it for nowhere. */
export function localAsker({ network, onBroken, readModel }: LocalAskerOptions): Asker {
  let reading: Promise<LocalOptions['model']> | undefined;
  async function modelOnce(): Promise<LocalOptions['model']> {
    reading ??= readModel?.();
    try {
      return await reading;
    } catch (error) {
      // So that it can be tried again.
      reading = undefined;
      throw error;
    }
  }
  async function ask(photo: Blob, options: AskOptions = {}): Promise<PhotoAnswer> {
    const { topK, heatmaps, signal } = options;
    const { blob, isReduced } = await preparePhoto(photo, { signal });
    const [loaded, model] = await Promise.all([network(), modelOnce()]);
    signal?.throwIfAborted();
    const startMs = performance.now();
    const { answer, durationsMs } = await loaded
      .classify(blob, { topK, heatmaps, signal, model })
      .catch((error: unknown) => {
        if (error instanceof LocalError && error.code === 'local-unavailable') onBroken();
        throw error;
      });
    return {
      answer,
      durationsMs,
      totalMs: performance.now() - startMs,
      by: {
        kind: 'local',
        binary: loaded.binary,
        threads: loaded.threads,
        arithmetic: arithmeticText(loaded),
      },
      sentBytes: blob.size,
      isReduced,
    };
  }
  // There is one network, and it uses all cores.
  return { ask, concurrency: 1 };
}
