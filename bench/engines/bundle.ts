import { readFile } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';
import type { EngineRow } from './rows.ts';

/**
 * LiteRT.js's glue is a script that exports itself where there is CommonJS, in
 * a package that says that its files are ES modules.
 */
const litertGlue: Plugin = {
  name: 'litert-glue',
  setup({ onLoad }) {
    onLoad({ filter: /litert_wasm\w*_internal\.js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\nexport default ModuleFactory;`,
    }));
  },
};

/** By these, glue made by Emscripten tells where it runs; without them it asks for nothing but the binary. */
const noRuntime = Object.fromEntries(
  ['process', 'globalThis.process', 'globalThis.window', 'globalThis.WorkerGlobalScope'].map(
    (name) => [name, 'undefined'],
  ),
);

/**
 * Bundles what an engine needs besides its binary into one module, which is
 * the same for Node.js and workerd and exports `load` and `takeTurn`.
 */
export async function bundleEngine({ module }: EngineRow): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { load } from './${module}';\nexport { takeTurn } from './turn.ts';`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    define: noRuntime,
    plugins: [litertGlue],
    // Named on the paths that are for Node.js.
    external: [
      'node:*',
      'fs',
      'module',
      'os',
      'path',
      'perf_hooks',
      'url',
      'util',
      'worker_threads',
    ],
    logLevel: 'error',
  });
  return outputFiles[0].contents;
}
