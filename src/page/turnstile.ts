/**
 * Turnstile's widget, rendered explicitly
 * (developers.cloudflare.com/turnstile/get-started/client-side-rendering).
 */
import type { TurnstileScript } from '../browser/turnstile-script.ts';
import { PetalError } from '../client/petal-error.ts';

const scriptUrl = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit';

/** Tokens of one widget, each good for one request. */
export interface Challenge {
  /**
   * The next token; the widget is reset by it. Who asks first gets it first.
   *
   * @throws PetalError `challenge-unavailable` where the widget gives none
   * @throws the signal's reason where it is aborted
   */
  take(signal?: AbortSignal): Promise<string>;
  /** Takes the widget off the page. */
  remove(): void;
}

/**
 * Shows the widget; where its script can't be loaded, the next who takes a token tries again.
 *
 * @param place where it goes; its contents are Turnstile's
 */
export function showChallenge(place: HTMLElement, siteKey: string): Challenge {
  let widget: Promise<Challenge> | undefined;
  const shown = async (): Promise<Challenge> => {
    widget ??= renderWidget(place, siteKey);
    try {
      return await widget;
    } catch (error) {
      widget = undefined;
      throw error;
    }
  };
  // People may solve it before they give a photo. Who takes a token is told if it failed.
  shown().catch(() => undefined);
  return {
    async take(signal) {
      return await (await shown()).take(signal);
    },
    remove() {
      widget?.then(
        (rendered) => rendered.remove(),
        () => undefined,
      );
    },
  };
}

interface Waiting {
  readonly resolve: (token: string) => void;
  readonly reject: (reason: unknown) => void;
}

async function renderWidget(place: HTMLElement, siteKey: string): Promise<Challenge> {
  const turnstile = await loadTurnstile();
  const waiting: Waiting[] = [];
  let token: string | undefined;

  function give(): void {
    const [first] = waiting;
    if (first === undefined || token === undefined) return;
    waiting.shift();
    first.resolve(token);
    token = undefined;
    turnstile.reset(widget);
  }

  const widget = turnstile.render(place, {
    sitekey: siteKey,
    callback(given) {
      token = given;
      give();
    },
    'expired-callback'() {
      token = undefined;
      turnstile.reset(widget);
    },
    'error-callback'() {
      for (const { reject } of waiting.splice(0)) reject(noToken());
      return true;
    },
  });

  return {
    take(signal) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const asking: Waiting = { resolve, reject };
        waiting.push(asking);
        signal?.addEventListener('abort', () => {
          const index = waiting.indexOf(asking);
          if (index !== -1) waiting.splice(index, 1);
          reject(signal.reason);
        });
        give();
      });
    },
    remove() {
      turnstile.remove(widget);
    },
  };
}

let loading: Promise<TurnstileScript> | undefined;

async function loadTurnstile(): Promise<TurnstileScript> {
  loading ??= new Promise<TurnstileScript>((resolve, reject) => {
    const script = document.createElement('script');
    script.src = scriptUrl;
    script.onload = () => {
      if (globalThis.turnstile === undefined) reject(noToken());
      else resolve(globalThis.turnstile);
    };
    script.onerror = () => {
      // So that the next photo tries again.
      loading = undefined;
      script.remove();
      reject(noToken());
    };
    document.head.append(script);
  });
  return await loading;
}

function noToken(): PetalError {
  return new PetalError(
    'The check that you are a person (Cloudflare Turnstile) could not be loaded or passed. Let challenges.cloudflare.com through, and try again.',
    { code: 'challenge-unavailable', title: 'Turnstile could not be asked' },
  );
}
