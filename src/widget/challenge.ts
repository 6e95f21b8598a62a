/** Turnstile's token, where the page has Turnstile: https://developers.cloudflare.com/turnstile/ */

import type { TurnstileScript } from '../browser/turnstile-script.ts';

/** How long Turnstile may think before the request goes without a token, for Petal to say what is missing. */
const maxWaitMs = 10_000;

/** The field doesn't say when its token is there. */
const lookEveryMs = 100;

/** The field, and before that what Turnstile will put it into. */
const selector = '[name=cf-turnstile-response],.cf-turnstile';

/**
 * Takes a token, and asks Turnstile for another one: a token is good once, and the form may need one itself.
 *
 * @param form that of the widget, which Turnstile's field is in
 * @returns undefined without Turnstile, or where it gives none
 * @throws the signal's reason where it is aborted
 */
export async function takeToken(
  form: HTMLFormElement | null,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let waitedMs = 0; waitedMs < maxWaitMs; waitedMs += lookEveryMs) {
    const found = form?.querySelectorAll(selector) ?? [];
    if (found.length === 0) break;
    for (const field of found) {
      if (!(field instanceof HTMLInputElement) || field.value === '') continue;
      const token = field.value;
      const script: TurnstileScript | undefined = globalThis.turnstile;
      script?.reset(field.closest('.cf-turnstile') ?? undefined);
      return token;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    signal.throwIfAborted();
  }
  return undefined;
}
