import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { PetalError } from '../client/petal-error.ts';
import type { LoadOptions, LocalNetwork } from '../local/local-network.ts';
import { isRefusal, type Refusal } from './asker.ts';

/** How far the network in this browser is. */
export type LocalState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'loading'; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly kind: 'ready'; readonly network: LocalNetwork }
  | { readonly kind: 'failed'; readonly refusal: Refusal };

export interface LocalControl {
  readonly state: LocalState;
  /**
   * The network; it is loaded when it is first asked for, and again after it failed.
   *
   * @throws LocalError or PetalError
   */
  readonly load: () => Promise<LocalNetwork>;
  /** Ends it, or its download. */
  readonly dispose: () => void;
}

interface Loading {
  readonly network: Promise<LocalNetwork>;
  readonly controller: AbortController;
}

/**
 * @param url of Petal
 * @param arithmetic the server's, so that both give the same answers
 */
export function useLocalNetwork(url: URL, arithmetic: LocalNetwork['arithmetic']): LocalControl {
  const [state, setState] = useState<LocalState>({ kind: 'absent' });
  const loading = useRef<Loading>(undefined);

  const dispose = useCallback((): void => {
    const ended = loading.current;
    if (ended === undefined) return;
    loading.current = undefined;
    ended.controller.abort();
    // Who waits for a download that was ended is told by its signal.
    ended.network.then(
      (network) => network.dispose(),
      () => undefined,
    );
    setState({ kind: 'absent' });
  }, []);

  const load = useCallback((): Promise<LocalNetwork> => {
    if (loading.current !== undefined) return loading.current.network;
    const controller = new AbortController();
    const started: Loading = {
      controller,
      network: loadNetwork({
        url,
        arithmetic,
        signal: controller.signal,
        onProgress(loadedBytes, totalBytes) {
          if (loading.current === started) setState({ kind: 'loading', loadedBytes, totalBytes });
        },
      }),
    };
    loading.current = started;
    setState({ kind: 'loading', loadedBytes: 0, totalBytes: 0 });
    started.network.then(
      (network) => {
        if (loading.current === started) setState({ kind: 'ready', network });
      },
      (error: unknown) => {
        if (loading.current !== started) return;
        // So that it can be tried again.
        loading.current = undefined;
        if (!isRefusal(error)) throw error;
        setState({ kind: 'failed', refusal: error });
      },
    );
    return started.network;
  }, [url, arithmetic]);

  useEffect(() => dispose, [dispose]);
  return { state, load, dispose };
}

async function loadNetwork(options: LoadOptions): Promise<LocalNetwork> {
  const { loadLocalNetwork } = await import('../local/local-network.ts').catch((cause: unknown) => {
    throw new PetalError('What recognises photos in this browser could not be downloaded.', {
      code: 'network',
      title: 'No answer came',
      cause,
    });
  });
  return await loadLocalNetwork(options);
}
