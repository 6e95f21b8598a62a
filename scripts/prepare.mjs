/**
 * What npm runs once packages are there: compiles what other projects use of this one, the kernels among
 * it, as those projects don't get the kernels' compiler. npm also runs
 * it where it has only linked to a clone without packages, as `npm exec` does; then there is nothing
 * to compile with, and who needs the result installs first. Plain JavaScript, as Node.js may be an old one.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (existsSync(join(root, 'node_modules', 'typescript'))) {
  const { buildPackage } = await import('./build-package.ts');
  await buildPackage();
  const { buildKernels } = await import('../src/testing/build-kernels.ts');
  await buildKernels(root);
}
