import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build } from 'esbuild';
import { packageFolder } from '../../model/folder.ts';
import { buildKernels } from '../../src/testing/build-kernels.ts';
import { targetNote } from '../benchmark.ts';

/** Levels that the Worker bundles (src/runtime/workerd.ts). */
const bundledLevels = ['relaxed-simd', 'relaxed-simd-signed', 'simd'];

/** Gzipped, of kernels and JavaScript. */
const targetKilobytes = 60;

/**
 * What int8 adds to tfjs's backend in the Worker: kernels of all levels that it bundles, and the
 * JavaScript that calls them, minified.
 *
 * @returns sentences
 */
export async function kernelSizeNotes(): Promise<string[]> {
  const folder = await buildKernels(packageFolder);
  const kernels = await Promise.all(
    bundledLevels.map((level) => readFile(join(folder, `${level}.wasm`))),
  );
  const { outputFiles } = await build({
    entryPoints: [join(packageFolder, 'src/mobilenet/int8-backbone.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2024',
    external: ['@tensorflow/*'],
    logLevel: 'error',
  });
  const sizes = await Promise.all(
    [...kernels, outputFiles[0].contents].map(
      async (bytes) => (await promisify(gzip)(bytes, { level: 9 })).length / 1000,
    ),
  );
  const total = sizes.reduce((sum, kilobytes) => sum + kilobytes, 0);
  return [
    `Kernels and glue: ${bundledLevels.join(', ')} and the JavaScript of the int8 network without tfjs: ${sizes.map((kilobytes) => kilobytes.toFixed(1)).join(' + ')} kB.`,
    targetNote('kernels and glue, minified and gzipped,', total, targetKilobytes, ' kB'),
  ];
}
