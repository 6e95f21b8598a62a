/** `petal/client` as other projects have it: by its name in Node.js, and as a module that pages load. */
import { mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import process from 'node:process';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { packageFolder } from '../../model/folder.ts';
import { buildPackage } from '../../scripts/build-package.ts';
import { type EndedCommand, runCommand } from '../../src/testing/run-command.ts';
import { startPetal } from '../../src/testing/start-petal.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { fixture, serve } from './support.ts';

const packages = join(packageFolder, 'node_modules');
let built: string;

beforeAll(async () => {
  built = await buildPackage();
}, 180_000);

/** Runs Node.js without what Vitest tells its own workers. */
async function runNode(cwd: string, parameters: readonly string[]): Promise<EndedCommand> {
  const env = { NODE_OPTIONS: undefined, VITEST: undefined };
  return await runCommand(process.execPath, parameters, { cwd, env });
}

/** A project that has the package and what it depends on. */
async function projectWithPackage(): Promise<string> {
  const project = await realpath(await temporaryFolder());
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await mkdir(join(project, 'node_modules'));
  for (const name of await readdir(packages)) {
    if (name.startsWith('.')) continue;
    await symlink(join(packages, name), join(project, 'node_modules', name), 'junction');
  }
  await symlink(packageFolder, join(project, 'node_modules', 'petal'), 'junction');
  return project;
}

describe('petal/client by its name', { timeout: 180_000 }, () => {
  test('classifies a photo from Node.js, in another project and in this repository', async () => {
    await using petal = await startPetal({ bundle: inject('bundle') });
    const project = await projectWithPackage();
    const script = `
      import { openAsBlob } from 'node:fs';
      import { createClient } from 'petal/client';
      const [url, path] = process.argv.slice(1);
      const { model } = await createClient({ url }).classify(await openAsBlob(path));
      console.log(model);`;
    const photo = join(packageFolder, 'test', 'fixtures', 'valid', 'jpeg', 'daisy.jpg');
    for (const folder of [project, packageFolder]) {
      const parameters = ['--input-type=module', '--eval', script, petal.url.href, photo];
      expect((await runNode(folder, parameters)).stdout).toBe('mobilenet_v2_1.0_224\n');
    }
  });

  test("has types that a strict project accepts, the widget's and the API's own among them", async () => {
    const project = await projectWithPackage();
    await writeFile(
      join(project, 'right.ts'),
      `import { hc } from 'hono/client';
import { createClient, PetalError, type PetalApp } from 'petal/client';
import type { PetalImageElement } from 'petal/widget';
export const labelOf = ({ prediction }: PetalImageElement): string | undefined => prediction?.label;
document
  .querySelector('petal-image')
  ?.addEventListener('petal-result', ({ detail }) => console.log(detail.answer.unknown));
const petal = createClient({ url: 'https://petal.example' });
const { predictions } = await petal.classify(new Blob(), { topK: 1 });
export const label: string = predictions[0].label;
const results = await petal.embed([new Uint8Array(1), { url: 'https://a.example/b.jpg' }]);
export const vectors: Float32Array[] = results.flatMap((each) => (each.ok ? [each.answer] : []));
const api = hc<PetalApp>('https://petal.example');
const response = await api.v1.classify.$post({ query: { top_k: '3' }, json: { image: '' } });
if (!response.ok) throw new Error((await response.json()).detail);
const answer = await response.json();
export const width: number = 'results' in answer ? 0 : answer.image.width;
export const isOverloaded = (error: unknown): boolean =>
  error instanceof PetalError && error.code === 'overloaded';
`,
    );
    await writeFile(
      join(project, 'wrong.ts'),
      `import { hc } from 'hono/client';
import { createClient, type PetalApp } from 'petal/client';
await createClient({ url: '' }).classify(new Blob(), { topK: '3' });
await hc<PetalApp>('').v1.classify.$post({ json: { image: '', top_k: '3' } });
`,
    );
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'dom', 'dom.iterable'],
      types: [],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
    };
    const files = ['right.ts', 'wrong.ts'];
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const { output } = await runNode(project, ['node_modules/typescript/bin/tsc', '-p', '.']);
    expect(output.match(/^\S.*$/gm)).toEqual([
      'wrong.ts(3,42): error TS2769: No overload matches this call.',
      "wrong.ts(4,63): error TS2322: Type 'string' is not assignable to type 'number'.",
    ]);
  });

  test('loads nothing but its own files', async () => {
    for (const name of await readdir(join(built, 'src', 'client'))) {
      if (extname(name) !== '.js') continue;
      const code = await readFile(join(built, 'src', 'client', name), 'utf8');
      const imported = Array.from(code.matchAll(/\bfrom '([^']+)'/g), ([, from]) => from);
      for (const from of imported) expect(from).toMatch(/^\.\/[\w-]+\.js$/);
    }
  });
});

/** As somebody would write it, but that it tells what it found out to the test. */
const html = `<!doctype html>
<title>Shop</title>
<output></output>
<script type="module">
  import { createClient, PetalError } from '/client/client.js';

  async function ask(petal) {
    const photo = await (await fetch('/daisy.jpg')).blob();
    const { predictions } = await petal.classify(photo, { topK: 1 });
    const many = await petal.classify([photo, new Blob(['no photo'])]);
    const picture = await createImageBitmap(await petal.explainPng(photo, { label: 'daisy' }));
    const refusal = await petal.classify(photo, { topK: 0 }).catch((error) => error);
    return {
      label: predictions[0].label,
      many: many.map((each) => (each.ok ? each.answer.model : each.error.code)),
      width: picture.width,
      requestId: refusal.requestId,
    };
  }

  const petal = createClient({ url: new URLSearchParams(location.search).get('petal') });
  const outcome = await ask(petal).catch((error) => ({
    isPetalError: error instanceof PetalError,
    code: error.code,
    message: error.message,
  }));
  document.querySelector('output').textContent = JSON.stringify(outcome);
</script>`;

const executablePath = chromiumPath();

describe.runIf(executablePath !== null)('a page of another origin in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(executablePath ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  /** Serves a page, the client's modules as they were built, and a photo. */
  async function servePage(): Promise<URL> {
    const photo = fixture('daisy.jpg');
    return await serve(async (request, response) => {
      const path = new URL(request.url ?? '/', 'http://shop').pathname;
      if (path === '/') {
        response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
      } else if (path === '/daisy.jpg') {
        response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(photo);
      } else {
        const code = await readFile(join(built, 'src', path)).catch(() => undefined);
        const status = code === undefined ? 404 : 200;
        response.writeHead(status, { 'Content-Type': 'text/javascript' }).end(code);
      }
    });
  }

  /** What becomes of the photo in the page. */
  async function classifyInPage(pageUrl: URL, petalUrl: URL): Promise<unknown> {
    const page = await browser.newPage();
    await page.goto(`${pageUrl.href}?petal=${petalUrl.origin}`);
    const outcome = page.locator('output:not(:empty)');
    return JSON.parse((await outcome.textContent()) ?? '');
  }

  test('classifies a photo with the built client where it is listed', async () => {
    const pageUrl = await servePage();
    await using petal = await startPetal({
      bundle: inject('bundle'),
      bindings: { PETAL_ACCESS: 'keys', PETAL_ALLOWED_ORIGINS: pageUrl.origin },
    });
    const answer = await classifyInPage(pageUrl, petal.url);
    expect(answer).toEqual({
      label: inject('trained') ? 'daisy' : expect.any(String),
      many: ['mobilenet_v2_1.0_224', 'unsupported-media-type'],
      width: expect.any(Number),
      requestId: expect.stringMatching(/./),
    });
  });

  test('is told why it gets no answer where it is not listed', async () => {
    const pageUrl = await servePage();
    await using petal = await startPetal({
      bundle: inject('bundle'),
      bindings: { PETAL_ACCESS: 'keys', PETAL_ALLOWED_ORIGINS: 'https://shop.example' },
    });
    expect(await classifyInPage(pageUrl, petal.url)).toEqual({
      isPetalError: true,
      code: 'network',
      message: `No answer came from ${petal.url.origin}. Either it can't be reached, or it doesn't list this page's origin, ${pageUrl.origin}, in PETAL_ALLOWED_ORIGINS.`,
    });
  });
});
