import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, parse } from 'node:path';
import { type BuildOptions, build, type OutputFile } from 'esbuild';
import { readManifest } from '../../model/manifest.ts';
import { kernelFileName } from '../local/kernel-file-name.ts';
import type { LocalFiles, SiteFile } from '../local/local-files.ts';
import { kernelLevels } from '../mobilenet/kernel-level.ts';
import { buildKernels } from './build-kernels.ts';
import { buildFolder } from './built-folder.ts';

/**
 * Headers of what lies in the site, in the format of Cloudflare's `_headers`. Scripts of the site
 * run in pages of every origin, also in those that are cross-origin isolated; a Web Worker takes its
 * policy from its own script's headers, and is the only place that may compile WebAssembly.
 */
const headers = `/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: same-origin
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  Cross-Origin-Embedder-Policy: require-corp
  Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'
/assets/*
  Cache-Control: public, max-age=31536000, immutable
`;

/**
 * Builds what browsers load: the page's scripts and styles, the widget, and the network that runs in
 * the browser. Files under /assets/ are named after their contents and never change; the others are
 * the names that pages write down. The artifact has to be there already; the kernels are made first.
 *
 * @param root the folder of src/, model/ and package.json
 * @returns the folder, which wrangler.toml names under [assets]
 * @throws Error with the messages of the bundler, or of the kernels' compiler
 */
export async function buildSite(root: string): Promise<string> {
  const kernelFolder = await buildKernels(root);
  return await buildFolder({
    root,
    path: 'dist/site',
    inputs: [
      'src/{config,errors,safetensors}.ts',
      'src/{browser,classes,client,contract,image,local,mobilenet,page,pipeline,runtime,widget}/**/*.{ts,tsx,css,jpg}',
      'src/testing/build-{kernels,site}.ts',
      'model/*.{json,safetensors}',
      'package-lock.json',
    ],
    async make(folder) {
      await mkdir(join(folder, 'assets'));
      const files = await writeLocalFiles(root, folder, kernelFolder);
      const define = { LOCAL_FILES: JSON.stringify(JSON.stringify(files)) };
      const page = {
        'page.tsx': 'page',
        'page.css': 'page',
      };
      await bundle(root, folder, {
        entryPoints: Object.entries(page).map(([source, out]) => ({
          in: `src/page/${source}`,
          out,
        })),
        define,
      });
      // By themselves, so that they share no chunk with the page, and are one request each.
      for (const entryPoint of ['src/widget/widget.ts', 'src/page/service-worker.ts']) {
        await bundle(root, folder, { entryPoints: [entryPoint], define });
      }
      // For pages of one's own, which import it from here.
      const local = { in: 'src/local/local-network.ts', out: 'local' };
      await bundle(root, folder, { entryPoints: [local], define });
      await writeFile(join(folder, '_headers'), headers);
      await writeFile(join(folder, '.assetsignore'), '.assetsignore\ninputs.sha256\n');
    },
  });
}

/** ES modules; what they import at need lies in chunks of its own. */
async function bundle(root: string, folder: string, options: BuildOptions): Promise<void> {
  await run(root, {
    format: 'esm',
    splitting: true,
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    publicPath: '/',
    loader: { '.jpg': 'file' },
    write: true,
    ...options,
  });
}

async function run(root: string, options: BuildOptions): Promise<readonly OutputFile[]> {
  const { outputFiles, errors } = await build({
    absWorkingDir: root,
    bundle: true,
    minify: true,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'silent',
    ...options,
  });
  if (errors.length > 0) throw new Error(errors.map(({ text }) => text).join('\n'));
  return outputFiles ?? [];
}

/** What the network in the browser is made of. */
async function writeLocalFiles(
  root: string,
  folder: string,
  kernelFolder: string,
): Promise<LocalFiles> {
  const require = createRequire(join(root, 'package.json'));
  const wasmFile = (name: string): string =>
    require.resolve(`@tensorflow/tfjs-backend-wasm/wasm-out/${name}`);
  const copy = async (path: string): Promise<SiteFile> => {
    const contents = await readFile(path);
    return {
      path: await writeHashed(folder, parse(path).base, contents),
      bytes: contents.length,
      sha256: createHash('sha256').update(contents).digest('hex'),
    };
  };

  // The threaded binary has SIMD, and so has whatever runs it.
  const kernelNames = [
    ...kernelLevels.map((level) => kernelFileName(level, false)),
    ...kernelLevels
      .filter((level) => level !== 'scalar')
      .map((level) => kernelFileName(level, true)),
  ];
  const kernels: Record<string, SiteFile> = {};
  for (const name of kernelNames) kernels[name] = await copy(join(kernelFolder, name));

  const threaded = 'tfjs-backend-wasm-threaded-simd';
  const { wasmWorkerContents } = require(wasmFile(`${threaded}.worker.js`)) as {
    wasmWorkerContents: string;
  };
  const [worker] = await run(root, {
    entryPoints: ['src/local/local-worker.ts'],
    // A classic script: a page of another origin can't start it but may import it.
    format: 'iife',
    write: false,
    outdir: folder,
  });
  return {
    worker: await writeHashed(folder, 'local-worker.js', worker.contents),
    binaries: {
      'tfjs-backend-wasm.wasm': await copy(wasmFile('tfjs-backend-wasm.wasm')),
      'tfjs-backend-wasm-simd.wasm': await copy(wasmFile('tfjs-backend-wasm-simd.wasm')),
      [`${threaded}.wasm`]: await copy(wasmFile(`${threaded}.wasm`)),
    },
    kernels,
    threadedGlue: (await copy(wasmFile(`${threaded}.js`))).path,
    threadWorker: await writeHashed(
      folder,
      `${threaded}.worker.js`,
      // tfjs packs the script into a template literal, which turns "\n" into a line's end.
      new TextEncoder().encode(wasmWorkerContents.replaceAll('\n', '\\n')),
    ),
    artifact: await copy(join(root, 'model', (await readManifest()).artifact)),
  };
}

/** @returns the file's path on the site */
async function writeHashed(folder: string, name: string, contents: Uint8Array): Promise<string> {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 12);
  const { name: stem, ext } = parse(name);
  const path = `assets/${stem}-${hash}${ext}`;
  await writeFile(join(folder, path), contents);
  return `/${path}`;
}
