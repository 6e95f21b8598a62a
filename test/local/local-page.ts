/** A page of a browser that runs the network; its functions run in the page. */
import type { BrowserContext, Page } from 'playwright-core';
import type { LoadOptions, LocalNetwork, LocalOptions } from '../../src/local/local-network.ts';

/** What came of a photo. */
export type Outcome =
  | Awaited<ReturnType<LocalNetwork['classify']>>
  | { readonly code: string; readonly sentence: string };

/** What came of loading the network. */
export type Loaded =
  | {
      readonly binary: string;
      readonly threads: number;
      readonly arithmetic: string;
      readonly kernels: string | undefined;
      readonly notKept?: string;
      readonly isIsolated: boolean;
      /** What was said of the download. */
      readonly progress: readonly (readonly [loadedBytes: number, totalBytes: number])[];
    }
  | { readonly code: string; readonly sentence: string };

export interface LocalPage {
  readonly page: Page;
  /** What was said in the console, and errors. */
  readonly failures: string[];
  /** @param petal whose script is used; the page's own unless given */
  load(petal?: URL, options?: Pick<LoadOptions, 'arithmetic' | 'binaries'>): Promise<Loaded>;
  classify(
    base64: string,
    options?: Pick<LocalOptions, 'topK' | 'minProbability' | 'heatmaps'>,
    model?: { name: string; version: number; base64: string },
  ): Promise<Outcome>;
}

declare global {
  /** In the page: what the script exports. */
  var local: typeof import('../../src/local/local-network.ts');
  /** In the page: the network that was loaded last. */
  var network: LocalNetwork | undefined;
}

/** @param url a page that is there */
export async function openLocalPage(context: BrowserContext, url: URL): Promise<LocalPage> {
  const page = await context.newPage();
  const failures: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) failures.push(message.text());
  });
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(url.href);
  return {
    page,
    failures,
    async load(petal = url, options = {}) {
      const script = new URL('/local.js', petal).href;
      // As text, since an import in a function would be the test's own.
      await page.evaluate(`import(${JSON.stringify(script)}).then((all) => { local = all; })`);
      return await page.evaluate(async (options) => {
        const progress: [number, number][] = [];
        try {
          globalThis.network = await local.loadLocalNetwork({
            ...options,
            onProgress: (loaded, total) => progress.push([loaded, total]),
          });
          const { binary, threads, arithmetic, kernels, notKept } = globalThis.network;
          const isIsolated = crossOriginIsolated;
          const facts = { binary, threads, arithmetic, kernels, isIsolated, progress };
          return notKept === undefined ? facts : { ...facts, notKept };
        } catch (error) {
          if (!(error instanceof local.LocalError)) throw error;
          return { code: error.code, sentence: error.message };
        }
      }, options);
    },
    classify: (base64, options = {}, model = undefined) =>
      page.evaluate(
        async ([photo, options, model]) => {
          if (globalThis.network === undefined) throw new Error('There is no network.');
          const file = model && Uint8Array.fromBase64(model.base64).buffer;
          try {
            return await globalThis.network.classify(new Blob([Uint8Array.fromBase64(photo)]), {
              ...options,
              ...(model && file ? { model: { ...model, file } } : {}),
            });
          } catch (error) {
            if (!(error instanceof local.LocalError)) throw error;
            return { code: error.code, sentence: error.message };
          }
        },
        [base64, options, model] as const,
      ),
  };
}
