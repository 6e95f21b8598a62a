import { Hono } from 'hono';
import { html } from 'hono/html';
import type { AppParts } from './parts.ts';

const style = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1d2330, #e8eaf0);
  --paper: light-dark(#fdfcfa, #14171f);
  --shade: light-dark(#f1eee8, #1f2430);
  --petal: light-dark(#b0306a, #ff8fbf);
}
body {
  margin: 0 auto;
  padding: 3rem 1.25rem;
  max-width: 44rem;
  font: 1.05rem/1.6 system-ui, sans-serif;
  color: var(--ink);
  background: var(--paper);
}
h1 { margin: 0; font-size: 2.5rem; color: var(--petal); }
pre {
  padding: 1rem;
  overflow-x: auto;
  border-radius: 0.5rem;
  background: var(--shade);
  font: 0.95rem/1.5 ui-monospace, monospace;
}
a { color: var(--petal); }
dt { font-weight: 600; }
dd { margin: 0 0 0.5rem; }
`;

/** GET /: what this is, for a person who opens the address in a browser. */
export function homeRoutes({ network }: AppParts): Hono {
  return new Hono()
    .get('/', (c) => {
      const { model, inputSize, labelCount } = network().metadata;
      const classifyUrl = new URL('/v1/classify', c.req.url).href;
      return c.html(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Petal</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/petal.css">
  </head>
  <body>
    <main>
      <h1>Petal</h1>
      <p>Send a photo, get the names of what it shows. This server runs MobileNetV2 at the edge.</p>
      <pre tabindex="0" aria-label="Command to try"><code>curl -F image=@photo.jpg ${classifyUrl}</code></pre>
      <dl>
        <dt>Model</dt>
        <dd><a href="/v1/models/${model}">${model}</a>: ${labelCount} classes, looks at ${inputSize} x ${inputSize} pixels</dd>
        <dt>Photos</dt>
        <dd>JPEG, PNG, WebP, GIF or BMP, as the body or as the field <code>image</code> of a form</dd>
        <dt>Parameters</dt>
        <dd><code>top_k</code>, 1 to ${labelCount}, default 5; <code>fit</code>, crop, squash or pad</dd>
        <dt>Health</dt>
        <dd><a href="/healthz">/healthz</a></dd>
      </dl>
    </main>
  </body>
</html>`);
    })
    .get('/petal.css', (c) => {
      c.header('Content-Type', 'text/css; charset=utf-8');
      c.header('Cache-Control', 'public, max-age=300');
      return c.body(style);
    });
}
