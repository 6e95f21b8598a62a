import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { packageFolder } from '../../model/folder.ts';
import { prepareArtifact } from '../../model/prepare.ts';
import { buildSite } from './build-site.ts';
import { buildFolder } from './built-folder.ts';
import { runCommand } from './run-command.ts';

/**
 * Makes the artifact, the bundle and the site beside it if they are missing or
 * older than what they are made of.
 *
 * @returns the folder of the bundle: worker.js and the modules that it imports
 * @throws SourcesFailed where the weights can't be had
 * @throws Error with wrangler's own output where bundling fails
 */
export async function buildWorker(): Promise<string> {
  await prepareArtifact();
  return await bundleWorker(packageFolder);
}

/**
 * Bundles the Worker of a project folder with wrangler, exactly as
 * `wrangler deploy` would upload it, its artifact being there already. The
 * kernels and what browsers load lie beside it then, in dist/kernels and dist/site.
 *
 * @param root the folder of wrangler.toml, src/, model/ and package.json
 * @see buildWorker
 */
export async function bundleWorker(root: string): Promise<string> {
  await buildSite(root);
  return await buildFolder({
    root,
    path: 'dist/worker',
    inputs: [
      'src/*.ts',
      // All but what runs outside of the Worker.
      'src/!(browser|cli|client|local|page|testing|widget)/**/*.{ts,json}',
      'src/testing/build-kernels.ts',
      'model/*.{json,safetensors}',
      'wrangler.toml',
      'package-lock.json',
    ],
    async make(folder) {
      console.error('Bundling the Worker ...');
      const { resolve } = createRequire(join(root, 'package.json'));
      const wrangler = join(dirname(resolve('wrangler/package.json')), 'bin', 'wrangler.js');
      // The bundle is the same for every environment; none named would be a warning.
      const parameters = ['deploy', '--dry-run', '--env', '', '--outdir', folder];
      const { exitCode, output } = await runCommand(process.execPath, [wrangler, ...parameters], {
        cwd: root,
        env: { WRANGLER_SEND_METRICS: 'false' },
      });
      if (exitCode !== 0) throw new Error(`The Worker could not be bundled.\n${output}`);
    },
  });
}
