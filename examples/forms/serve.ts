/**
 * `node examples/forms/serve.ts`: serves the forms beside this file, at the port that PORT says, and a Petal
 * that they may use.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { build } from 'esbuild';
import { startPetal } from '../../src/testing/start-petal.ts';

/** One field of a form as it arrived. */
export type Field = readonly [name: string, value: string | File];

export interface FormServer {
  readonly url: URL;
  /** What was sent to it, in order. */
  readonly reports: Field[][];
  close(): Promise<void>;
}

export interface FormServerOptions {
  /** Any that is free unless given. */
  readonly port?: number;
  /** Where Petal is; asked for at each page, since Petal has to know this server's origin first. */
  readonly petal: () => URL;
}

/** What the pages of the examples have in place of a Petal's address. */
const placeholder = 'https://petal.example';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

export async function serveForms({ port = 0, petal }: FormServerOptions): Promise<FormServer> {
  const reports: Field[][] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.writeHead(500).end('The example failed; the terminal says why.');
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST' && pathname === '/reports') {
      const fields = await readFields(request);
      reports.push(fields);
      response.setHeader('Content-Type', types.html).end(await reportPage(fields));
      return;
    }
    // Browsers ask for it by themselves.
    if (pathname === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const file = await readExample(pathname);
    if (file === undefined) {
      response.writeHead(404).end('There is nothing at this address.');
      return;
    }
    response.setHeader('Content-Type', types[file.type]);
    if (pathname === '/cross-origin/') {
      response.setHeader('Content-Security-Policy', strictPolicy(petal().origin));
    }
    response.end(file.text.replaceAll(placeholder, petal().origin));
  }

  await new Promise<void>((resolve, reject) => {
    // A port that is taken, as a rule: PORT names another.
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    reports,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As strict as can be for a page with a form, a script and a Petal. */
function strictPolicy(petal: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${petal}`,
    `connect-src ${petal}`,
    "style-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

async function readExample(path: string): Promise<{ text: string; type: string } | undefined> {
  const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8');
  if (path === '/') return { text: await read('index.html'), type: 'html' };
  if (path === '/form.css') return { text: await read('form.css'), type: 'css' };
  if (path === '/react/report.js') return { text: await bundleReact(), type: 'js' };
  if (path === '/cross-origin/report.js') {
    return { text: await read('cross-origin/report.js'), type: 'js' };
  }
  const [, example] = /^\/(plain|react|cross-origin)\/$/.exec(path) ?? [];
  if (example === undefined) return undefined;
  return { text: await read(`${example}/index.html`), type: 'html' };
}

async function bundleReact(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'react/report.tsx')],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0].text;
}

/** Reads a form (multipart/form-data) with what Node.js has. */
async function readFields(request: IncomingMessage): Promise<Field[]> {
  const headers = { 'Content-Type': request.headers['content-type'] ?? '' };
  const body = new Uint8Array(await buffer(request));
  return [...(await new Response(body, { headers }).formData())];
}

/** Shows what came. */
async function reportPage(fields: readonly Field[]): Promise<string> {
  const rows = await Promise.all(
    fields.map(async ([name, value]) => {
      const shown = typeof value === 'string' ? escaped(value) : await shownFile(value);
      return `<dt>${escaped(name)}</dt><dd>${shown}</dd>`;
    }),
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The report</title><link rel="stylesheet" href="/form.css">
<h1>The report</h1><dl>${rows.join('')}</dl></html>`;
}

async function shownFile(file: File): Promise<string> {
  const facts = `${escaped(file.name)}, ${escaped(file.type)}, ${Math.ceil(file.size / 1000)} kB`;
  if (!file.type.startsWith('image/')) return facts;
  const base64 = Buffer.from(await file.arrayBuffer()).toString('base64');
  return `${facts}<br><img alt="The photo" src="data:${escaped(file.type)};base64,${base64}">`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

if (process.argv[1] === import.meta.filename) {
  let petalUrl = new URL(placeholder);
  const forms = await serveForms({ port: Number(process.env.PORT ?? 8788), petal: () => petalUrl });
  const bindings = { PETAL_ALLOWED_ORIGINS: `self,${forms.url.origin}` };
  const petal = await startPetal({ bindings });
  petalUrl = petal.url;
  console.log(`The forms are at ${forms.url}, and Petal at ${petal.url}. Ctrl+C ends both.`);
}
