import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { problems } from '../src/errors.ts';
import { type Petal, startPetal } from '../src/testing/start-petal.ts';

const root = join(import.meta.dirname, '..');
const readme = await readFile(join(root, 'README.md'), 'utf8');

/** The README's JSON examples, in order. */
const examples = [...readme.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text));

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}

describe('the README', () => {
  let worker: Petal;
  beforeAll(async () => {
    worker = await startPetal({ bundle: inject('bundle') });
  });
  afterAll(async () => {
    await worker.dispose();
  });

  async function classify(path: string): Promise<Record<string, unknown>> {
    const form = new FormData();
    form.append('image', new File([await readFile(join(root, path))], 'photo.jpg'));
    const response = await fetch(new URL('/v1/classify', worker.url), {
      method: 'POST',
      body: form,
    });
    return (await response.json()) as Record<string, unknown>;
  }

  test.runIf(inject('trained'))('shows the real answer to its curl', async () => {
    const [, path] = /curl -F image=@(\S+) http/.exec(readme) ?? [];
    const answer = await classify(path);
    const rounded = JSON.parse(JSON.stringify(answer), (key, value) =>
      key === 'probability' ? Math.round(value * 1000) / 1000 : value,
    );
    expect(rounded).toEqual(examples[0]);
  });

  test('shows a real problem', async () => {
    const problem = await classify('test/fixtures/invalid/image-too-large/8700x5800.jpg');
    expect({ ...problem, type: String(problem.type).replace(worker.url.port, '8787') }).toEqual(
      examples[1],
    );
  });

  test('lists every problem with its status, and no other', () => {
    const rows = [...readme.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\|/gm)];
    const listed = Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]));
    const statuses = Object.entries(problems).map(([code, { status }]) => [code, status]);
    expect(listed).toEqual(Object.fromEntries(statuses));
  });

  test('links only to files and headings that are there', async () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target]) => target);
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, text]) => anchorOf(text));
    expect(links.length).toBeGreaterThan(5);
    for (const target of links) {
      const [path, anchor] = target.split('#');
      if (path === '') expect(headings).toContain(anchor);
      else await readFile(join(root, path));
    }
  });

  test('shows the examples of petal/testing that the tests run', async () => {
    for (const name of ['with-vitest.test.ts', 'with-node-test.mjs']) {
      expect(readme).toContain(
        (await readFile(join(root, 'examples/testing', name), 'utf8')).trim(),
      );
    }
  });

  test('names no variable that there is not', async () => {
    const named = new Set(readme.match(/\bPETAL_[A-Z_]+[A-Z]\b/g));
    const config = await readFile(join(root, 'src/config.ts'), 'utf8');
    const wrangler = await readFile(join(root, 'wrangler.toml'), 'utf8');
    const known = new Set(`${config} ${wrangler}`.match(/\bPETAL_[A-Z_]+[A-Z]\b/g));
    // What clients read: the README's own curl, and `petal push`.
    const clients = ['PETAL_KEY', 'PETAL_API_KEY'];
    for (const name of named) if (!clients.includes(name)) expect(known).toContain(name);
  });
});
