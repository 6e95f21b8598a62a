import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';

const widget = await readFile(join(dirname(inject('bundle')), 'site/widget.js'), 'utf8');

test('/widget.js is one module of less than 8 kB gzipped', () => {
  expect(gzipSync(widget, { level: 9 }).length).toBeLessThan(8000);
  expect(widget).not.toMatch(/\bimport\s*["{*]|\bfrom\s*"/);
});

test('the network is a chunk of its own, which is imported at need', () => {
  expect(widget.match(/import\("[^"]+"\)/g)).toEqual([
    expect.stringMatching(/^import\("\/assets\/local-question-\w+\.js"\)$/),
  ]);
});
