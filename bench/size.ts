import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { openArtifact } from '../src/mobilenet/artifact.ts';
import type { Benchmark, Report, Setting } from './benchmark.ts';
import { writeOnnxModel } from './onnx-model.ts';
import { mebibytes, missing, type Table } from './table.ts';

/** Cloudflare's limit on an uncompressed Worker, on every plan. */
const limitMebibytes = 64;

/** What wrangler uploads; it writes more beside it. */
const moduleExtensions = new Set(['.js', '.wasm', '.safetensors']);

interface FileSize {
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** What a deployment uploads, against what the native rival installs. */
export const size: Benchmark = {
  name: 'size',
  question: 'How large are the Worker that is uploaded, and what browsers load?',
  async run({ bundle, artifactPath, rivalsMissing }: Setting): Promise<Report> {
    const modules = await measureModules(bundle);
    const rival = rivalsMissing === undefined ? await measureRival(artifactPath) : undefined;
    const total = sum('the Worker', modules);
    const rows: FileSize[] = [...modules, total];
    if (rival !== undefined) rows.push(rival);
    const notes = [
      `gzip at level 9. Limit: ${limitMebibytes} MiB uncompressed; the Worker takes ${((total.bytes / 2 ** 20 / limitMebibytes) * 100).toFixed(0)} %.`,
    ];
    if (rivalsMissing !== undefined) notes.push(`The rival is missing: ${rivalsMissing}.`);
    const table: Table = {
      title: 'Size in MiB',
      columns: ['module', 'raw', 'gzip', 'to the Worker (gzip)'],
      rows: rows.map(({ name, bytes, gzipBytes }) => [
        name,
        mebibytes(bytes),
        mebibytes(gzipBytes),
        modules.some((module) => module.name === name)
          ? missing
          : `${(gzipBytes / total.gzipBytes).toFixed(1)}x`,
      ]),
    };
    const loads = await measureLoads(join(dirname(bundle), 'site'));
    const loadTable: Table = {
      title: 'What browsers load, in kB',
      columns: ['what', 'raw', 'gzip'],
      rows: loads.map(({ name, bytes, gzipBytes }) => [
        name,
        kilobytes(bytes),
        kilobytes(gzipBytes),
      ]),
    };
    return {
      tables: [table, loadTable],
      notes,
      wrongAnswers: [],
      measurements: { modules, total, rival, loads },
    };
  },
};

async function measureModules(bundle: string): Promise<FileSize[]> {
  const names = (await readdir(bundle)).filter((name) => moduleExtensions.has(extname(name)));
  const sizes = await Promise.all(
    names.map(async (name) =>
      // wrangler puts a hash of the contents before the name.
      measureBytes(name.replace(/^[0-9a-f]{40}-/, ''), await readFile(join(bundle, name))),
    ),
  );
  return sizes.sort((a, b) => b.bytes - a.bytes);
}

/** What is loaded together, by the names of its files on the site. */
const loads: Readonly<Record<string, RegExp>> = {
  "the page's scripts and styles": /^page\.(js|css)$/,
  'the widget': /^widget\.js$/,
  'the network in the browser, with threads':
    /^local\.js$|^local-worker-|\.safetensors$|-threaded-simd[-.]/,
};

async function measureLoads(site: string): Promise<FileSize[]> {
  const paths = [site, join(site, 'assets')].map(async (folder) =>
    (await readdir(folder)).map((name) => ({ name, path: join(folder, name) })),
  );
  const files = (await Promise.all(paths)).flat();
  return await Promise.all(
    Object.entries(loads).map(async ([title, pattern]) => {
      const loaded = files.filter(({ name }) => pattern.test(name));
      const sizes = loaded.map(async ({ name, path }) => measureBytes(name, await readFile(path)));
      return sum(title, await Promise.all(sizes));
    }),
  );
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

/** The native libraries for this platform and the model in float32. */
async function measureRival(artifactPath: string): Promise<FileSize> {
  const modules = join(import.meta.dirname, 'node_modules');
  const paths = [
    ...(await listLibraries(
      join(modules, 'onnxruntime-node/bin/napi-v6', process.platform, process.arch),
    )),
    ...(await listLibraries(join(modules, '@img'))),
  ];
  const artifact = openArtifact(new Uint8Array(await readFile(artifactPath)).buffer);
  const files = [await writeOnnxModel(artifact)];
  for (const path of paths) files.push(await readFile(path));
  return sum(
    'sharp + onnxruntime-node + model',
    await Promise.all(files.map((bytes) => measureBytes('', bytes))),
  );
}

async function listLibraries(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const libraries = names
    .filter((name) => /\.(node|dll|dylib)$|\.so(\.\d+)*$/.test(name))
    .map((name) => join(folder, name));
  const files = await Promise.all(libraries.map(async (path) => (await stat(path)).isFile()));
  return libraries.filter((_, i) => files[i]);
}

async function measureBytes(name: string, bytes: Uint8Array): Promise<FileSize> {
  const compressed = await promisify(gzip)(bytes, { level: 9 });
  return { name, bytes: bytes.length, gzipBytes: compressed.length };
}

function sum(name: string, sizes: readonly FileSize[]): FileSize {
  return {
    name,
    bytes: sizes.reduce((total, { bytes }) => total + bytes, 0),
    gzipBytes: sizes.reduce((total, { gzipBytes }) => total + gzipBytes, 0),
  };
}
