/**
 * Compiles what other projects import of this package, `petal/client` and `petal/testing`, into
 * dist/package/: Node.js runs no TypeScript that lies in a node_modules folder.
 */
import { join } from 'node:path';
import process from 'node:process';
import { packageFolder } from '../model/folder.ts';
import { buildFolder } from '../src/testing/built-folder.ts';
import { runCommand } from '../src/testing/run-command.ts';

/**
 * @returns the folder with the JavaScript and its types, laid out as the sources are
 * @throws Error with the compiler's output
 */
export async function buildPackage(): Promise<string> {
  return await buildFolder({
    root: packageFolder,
    path: 'dist/package',
    inputs: ['src/**/*.ts', 'model/*.ts', 'tsconfig*.json', 'package-lock.json'],
    async make(folder) {
      const compiler = join(packageFolder, 'node_modules', 'typescript', 'bin', 'tsc');
      const { exitCode, output } = await runCommand(
        process.execPath,
        [compiler, '-p', 'tsconfig.package.json', '--outDir', folder],
        { cwd: packageFolder },
      );
      if (exitCode !== 0) throw new Error(`The package could not be compiled.\n${output}`);
    },
  });
}
