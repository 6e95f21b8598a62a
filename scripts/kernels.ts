/** `npm run kernels`: compiles the int8 kernels and tells how large they are. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageFolder } from '../model/folder.ts';
import { buildKernels } from '../src/testing/build-kernels.ts';

const folder = await buildKernels(packageFolder);
const names = (await readdir(folder)).filter((name) => name.endsWith('.wasm')).sort();
const rows: Record<string, { bytes: number; gzipped: number }> = {};
for (const name of names) {
  const contents = await readFile(join(folder, name));
  rows[name] = { bytes: contents.length, gzipped: gzipSync(contents, { level: 9 }).length };
}
console.table(rows);
