/** Sends the examples of the documentation to a running Petal. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Example } from '../src/contract/example.ts';
import { presentable } from '../src/contract/examples.ts';

const root = join(import.meta.dirname, '..');

/** What an example's answer is, as the documentation shows it: JSON, text, or what kind of file. */
export async function runExample(example: Example, url: URL): Promise<unknown> {
  const { path, accept } = example;
  const body = await bodyOf(example, url);
  const method = example.method ?? (body === undefined ? 'GET' : 'POST');
  const headers = {
    ...(accept === undefined ? {} : { Accept: accept }),
    ...(example.json === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body }) };
  const response = await fetch(new URL(path, url), init);
  const mediaType = response.headers.get('Content-Type') ?? '';
  if (mediaType.startsWith('image/') || mediaType === 'application/octet-stream') {
    const bytes = new Uint8Array(await response.arrayBuffer());
    return `A file of type ${mediaType}, ${Math.round(bytes.length / 1000)} kB.`;
  }
  const text = (await response.text()).replaceAll(url.origin, 'http://127.0.0.1:8787');
  return /json/.test(mediaType) ? presentable(JSON.parse(text)) : text;
}

async function bodyOf(
  { form, file, json, download }: Example,
  url: URL,
): Promise<BodyInit | undefined> {
  if (download !== undefined) {
    return await (await fetch(new URL(download.path, url))).arrayBuffer();
  }
  if (form !== undefined) {
    const data = new FormData();
    for (const name of form) {
      data.append('image', new File([await readFile(join(root, name))], basename(name)));
    }
    return data;
  }
  if (file !== undefined) return await readFile(join(root, file));
  return json === undefined ? undefined : JSON.stringify(await withFiles(json));
}

/** JSON in which a text `@file` is the file's base64. */
async function withFiles(value: unknown): Promise<unknown> {
  if (typeof value === 'string' && value.startsWith('@')) {
    return (await readFile(join(root, value.slice(1)))).toString('base64');
  }
  if (Array.isArray(value)) return await Promise.all(value.map(withFiles));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(async ([name, item]) => [name, await withFiles(item)]);
  return Object.fromEntries(await Promise.all(members));
}
