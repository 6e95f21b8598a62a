import { Hono } from 'hono';
import { html } from 'hono/html';
import type { PetalEnv } from './context.ts';
import { page } from './pages/layout.ts';
import { style } from './pages/style.ts';
import type { AppParts } from './parts.ts';

/** GET /: what this is, for a person who opens the address in a browser, and a form to try it. */
export function homeRoutes({ access, network }: AppParts) {
  return new Hono<PetalEnv>()
    .get('/', (c) => {
      const { metadata, arithmetic } = network();
      const { model, inputSize, labelCount } = metadata;
      const classifyUrl = new URL('/v1/classify', c.req.url).href;
      const main = html`<header class="masthead">
        <h1>Petal</h1>
        <p>Send a photo, get the names of what it shows.</p>
      </header>
      <div id="try" data-model="${model}" data-arithmetic="${arithmetic}">
      <form method="post" action="/v1/classify" enctype="multipart/form-data">
        <p><label for="image">Photo</label> <input id="image" name="image" type="file" accept="image/jpeg,image/png,image/webp,image/gif,image/bmp" required></p>
        ${access.turnstile === undefined ? '' : html`<noscript><p>Here Petal asks for a check that you are a person, which needs JavaScript.</p></noscript>`}
        <p><button>What is it?</button> <button formaction="/v1/explain">Where does it look?</button></p>
      </form>
      <pre tabindex="0" aria-label="Command to try"><code>curl -F image=@photo.jpg ${classifyUrl}</code></pre>
      </div>
      <dl class="about">
        <div><dt>Model</dt>
        <dd><a href="/v1/models/${model}">${model}</a>: MobileNetV2 at the edge, ${labelCount} classes, looks at ${inputSize} x ${inputSize} pixels</dd></div>
        <div><dt>The API</dt>
        <dd><a href="/docs">/docs</a>, and for programs <a href="/openapi.json">/openapi.json</a></dd></div>
        <div><dt>Health</dt>
        <dd><a href="/healthz">/healthz</a></dd></div>
      </dl>`;
      const head = html`<link rel="stylesheet" href="/page.css">
    <script type="module" src="/page.js"></script>`;
      return c.html(page('Petal', main, { head, width: 'wide' }));
    })
    .get('/petal.css', (c) => {
      c.header('Content-Type', 'text/css; charset=utf-8');
      c.header('Cache-Control', 'public, max-age=300');
      return c.body(style);
    });
}
