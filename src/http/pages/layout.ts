import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** A piece of HTML; `html` escapes whatever goes into it. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface PageOptions {
  readonly width?: 'narrow' | 'wide';
  /** Goes into the document's head. */
  readonly head?: Html;
}

/** A whole page around its main part. */
export function page(
  title: string,
  main: Html,
  { width = 'narrow', head }: PageOptions = {},
): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/petal.css">
    ${head ?? ''}
  </head>
  <body${width === 'wide' ? html` class="wide"` : ''}>
    <main>
      ${main}
    </main>
  </body>
</html>`;
}

/** 0..1 as people read it. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
