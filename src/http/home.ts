import { Hono } from 'hono';
import { html } from 'hono/html';
import { type TurnstileKeys, turnstileOrigin } from '../access/turnstile.ts';
import type { PetalEnv } from './context.ts';
import { type Html, page } from './pages/layout.ts';
import { style } from './pages/style.ts';
import type { AppParts } from './parts.ts';

/** GET /: what this is, for a person who opens the address in a browser, and a form to try it. */
export function homeRoutes({ access, network }: AppParts) {
  return new Hono<PetalEnv>()
    .get('/', (c) => {
      const { model, inputSize, labelCount } = network().metadata;
      const classifyUrl = new URL('/v1/classify', c.req.url).href;
      const main = html`<h1>Petal</h1>
      <p>Send a photo, get the names of what it shows. This server runs MobileNetV2 at the edge.</p>
      <div id="try">
      <form method="post" action="/v1/classify" enctype="multipart/form-data">
        <p><label for="image">Photo</label> <input id="image" name="image" type="file" accept="image/jpeg,image/png,image/webp,image/gif,image/bmp" required></p>
        ${access.turnstile === undefined ? '' : turnstileWidget(access.turnstile)}
        <p><button>What is it?</button> <button formaction="/v1/explain">Where does it look?</button></p>
      </form>
      <pre tabindex="0" aria-label="Command to try"><code>curl -F image=@photo.jpg ${classifyUrl}</code></pre>
      </div>
      <dl>
        <dt>Model</dt>
        <dd><a href="/v1/models/${model}">${model}</a>: ${labelCount} classes, looks at ${inputSize} x ${inputSize} pixels</dd>
        <dt>The API</dt>
        <dd><a href="/docs">/docs</a>, and for programs <a href="/openapi.json">/openapi.json</a></dd>
        <dt>Health</dt>
        <dd><a href="/healthz">/healthz</a></dd>
      </dl>`;
      const head = html`<link rel="stylesheet" href="/page.css">
    <script type="module" src="/page.js"></script>`;
      return c.html(page('Petal', main, { head }));
    })
    .get('/petal.css', (c) => {
      c.header('Content-Type', 'text/css; charset=utf-8');
      c.header('Cache-Control', 'public, max-age=300');
      return c.body(style);
    });
}

/** Puts the token into the form around it (developers.cloudflare.com/turnstile/get-started/client-side-rendering). */
function turnstileWidget({ siteKey }: TurnstileKeys): Html {
  return html`<div class="cf-turnstile" data-sitekey="${siteKey}"></div>
        <script src="${turnstileOrigin}/turnstile/v0/api.js" async defer></script>`;
}
