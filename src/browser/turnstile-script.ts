/**
 * What Turnstile's script puts into the page that loads it
 * (developers.cloudflare.com/turnstile/get-started/client-side-rendering).
 */
export interface TurnstileScript {
  /** @returns the widget's id */
  render(place: HTMLElement, options: RenderOptions): string;
  /** Makes a widget find a new token: the one of the id or the place, else the page's first. */
  reset(widget?: string | Element): void;
  remove(widget: string): void;
}

export interface RenderOptions {
  readonly sitekey: string;
  readonly callback: (token: string) => void;
  readonly 'expired-callback': () => void;
  readonly 'error-callback': () => boolean;
}

declare global {
  var turnstile: TurnstileScript | undefined;
}
