/** `petal/testing` as other projects have it: linked, and by this package's own name. */
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageFolder } from '../../model/folder.ts';
import { buildPackage } from '../../scripts/build-package.ts';
import { buildKernels } from '../../src/testing/build-kernels.ts';
import { projectWithExamples, runNode } from './example-project.ts';

beforeAll(async () => {
  await buildPackage();
  await buildKernels(packageFolder);
}, 180_000);

describe('petal/testing', { timeout: 180_000 }, () => {
  test('has types that a strict project accepts', async () => {
    const project = await projectWithExamples();
    await symlink(packageFolder, join(project, 'node_modules', 'petal'), 'junction');
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'dom', 'dom.iterable'],
      types: ['node'],
      strict: true,
      noEmit: true,
    };
    const files = ['with-vitest.test.ts', 'wrong.ts'];
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    await writeFile(
      join(project, 'wrong.ts'),
      "import { startPetal } from 'petal/testing';\nawait startPetal({ port: 'any' });\n",
    );
    const { output } = await runNode(project, ['node_modules/typescript/bin/tsc', '-p', '.']);
    expect(output.trim().split('\n')).toEqual([
      "wrong.ts(2,20): error TS2322: Type 'string' is not assignable to type 'number'.",
    ]);
  });

  test('is found where the package is linked, and by its own name in this repository', async () => {
    const project = await projectWithExamples();
    await symlink(packageFolder, join(project, 'node_modules', 'petal'), 'junction');
    const script =
      "import { startPetal } from 'petal/testing'; await using petal = await startPetal({ bundle: process.argv[1] }); console.log(await (await petal.fetch('/')).text());";
    // Nothing but where it is found is asked, so that the least of Workers will do.
    const worker = "export default { fetch: () => new Response('found') };";
    await writeFile(join(project, 'worker.js'), worker);
    for (const folder of [project, packageFolder]) {
      const parameters = ['--input-type=module', '--eval', script, project];
      expect((await runNode(folder, parameters)).output).toBe('found\n');
    }
  });
});
