import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';
import { type Petal, type PetalOptions, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

/** Tests of pages are skipped without one. */
export const hasChromium = chromiumPath() !== null;

/** There from the first test of a `describe` to its last. */
export interface PetalInChromium {
  readonly petal: Petal;
  readonly browser: Browser;
}

/**
 * Starts the real Worker and a Chromium for the tests of the `describe` around it.
 *
 * @param options of the Petal; a function is called when it starts
 */
export function usePetalInChromium(
  options: PetalOptions | (() => PetalOptions) = {},
): PetalInChromium {
  let petal: Petal | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    const all = typeof options === 'function' ? options() : options;
    petal = await startPetal({ bundle: inject('bundle'), ...all });
    browser = await launchChromium(chromiumPath() ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await petal?.dispose();
  });
  return {
    get petal() {
      return started(petal);
    },
    get browser() {
      return started(browser);
    },
  };
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('It is started before the first test, and not yet.');
  return part;
}
