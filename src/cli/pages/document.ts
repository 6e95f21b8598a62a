import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { style } from '../../http/pages/style.ts';

/** A piece of HTML; `html` escapes whatever goes into it. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What reports and sheets need beside the style of Petal's pages. */
const ownStyle = `
:root {
  --right: light-dark(#1a7f37, #4cc76a);
  --wrong: light-dark(#b3261e, #ff8a80);
}
h1 { overflow-wrap: anywhere; }
h1 small { display: block; font-size: 1rem; font-weight: 400; color: var(--soft); }
.right { color: var(--right); font-weight: 600; }
.wrong { color: var(--wrong); font-weight: 600; }
ul.tiles {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(11rem, 100%), 1fr));
  gap: 1.25rem;
  margin: 1rem 0;
  padding: 0;
  list-style: none;
}
ul.sheet { grid-template-columns: repeat(auto-fill, minmax(min(9rem, 100%), 1fr)); }
@media (min-width: 48rem) { ul.sheet { grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); } }
.tile { overflow-wrap: anywhere; }
.tile img { width: 100%; aspect-ratio: 1; object-fit: cover; }
.tile p { margin: 0.35rem 0 0; line-height: 1.35; }
.tile .note { font-size: 0.85rem; font-weight: 400; }
.bars { margin: 0.4rem 0 0; padding: 0; list-style: none; font-size: 0.9rem; line-height: 1.35; }
.bars li { display: grid; grid-template-columns: 1fr auto; column-gap: 0.5rem; margin-top: 0.3rem; }
.bars .bar { grid-column: 1 / -1; height: 0.35rem; border-radius: 0.2rem; background: var(--line); }
.bars .bar span { display: block; height: 100%; border-radius: 0.2rem; background: var(--petal); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.5rem; }
.plots figure { margin: 0; }
svg { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif; }
svg text { fill: var(--ink); }
svg .soft { fill: var(--soft); }
svg .axis { stroke: var(--line); fill: none; }
svg .first { stroke: var(--petal); fill: none; stroke-width: 2.5; }
svg .second { stroke: var(--ink); fill: none; stroke-width: 2; stroke-dasharray: 5 4; }
svg .column { fill: var(--petal); }
.matrix { width: auto; }
.matrix th, .matrix td { padding: 0.4rem 0.7rem; border: 1px solid var(--line); }
.matrix td { min-width: 3.5rem; background: color-mix(in srgb, var(--wrong) calc(var(--share) * 45%), var(--paper)); }
.matrix td.diagonal { font-weight: 700; background: color-mix(in srgb, var(--right) calc(var(--share) * 45%), var(--paper)); }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { body { max-width: none; padding: 0; } }
`;

/** A page that needs nothing but itself: no script, no other file, no network. */
export async function wholeDocument(title: string, main: Html): Promise<string> {
  const page = await html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    <style>${raw(style + ownStyle)}</style>
  </head>
  <body class="wide">
    <main>
      ${main}
    </main>
  </body>
</html>
`;
  return page.toString();
}

/** 0..1 as people read it. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
