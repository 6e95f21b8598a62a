/** `petal/testing`, and the petal command, as other projects have it: packed and unpacked, linked, and by this package's own name. */
import { cp, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { packageFolder } from '../../model/folder.ts';
import { buildPackage } from '../../scripts/build-package.ts';
import { buildKernels } from '../../src/testing/build-kernels.ts';
import { type EndedCommand, runCommand } from '../../src/testing/run-command.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';

const examples = join(packageFolder, 'examples', 'testing');
const packages = join(packageFolder, 'node_modules');

beforeAll(async () => {
  await buildPackage();
  await buildKernels(packageFolder);
}, 180_000);

/** A project with everything that Petal depends on installed, but the kernels' compiler, and the examples as its tests. */
async function projectWithExamples(): Promise<string> {
  const project = await realpath(await temporaryFolder());
  await cp(examples, project, { recursive: true });
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await mkdir(join(project, 'node_modules'));
  for (const name of await readdir(packages)) {
    if (name.startsWith('.') || name === 'assemblyscript') continue;
    await symlink(join(packages, name), join(project, 'node_modules', name), 'junction');
  }
  return project;
}

/** What `npm install <git address or tarball>` does with the package itself. */
async function installPacked(project: string): Promise<void> {
  const options = { cwd: packageFolder, shell: process.platform === 'win32' };
  const packed = await runCommand(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', project],
    options,
  );
  expect(packed.exitCode, packed.output).toBe(0);
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  await mkdir(join(project, 'node_modules', 'petal'));
  const parameters = ['-xzf', filename, '-C', 'node_modules/petal', '--strip-components', '1'];
  const unpacked = await runCommand('tar', parameters, { cwd: project });
  expect(unpacked.exitCode, unpacked.output).toBe(0);
}

/** Runs a Node.js command that runs none of this repository's sources as they are. */
async function runNode(cwd: string, parameters: readonly string[]): Promise<EndedCommand> {
  return await runCommand(process.execPath, parameters, {
    cwd,
    // Without what Vitest tells its own workers.
    env: { NODE_OPTIONS: undefined, VITEST: undefined, NODE_TEST_CONTEXT: undefined },
  });
}

const vitest = ['node_modules/vitest/vitest.mjs', 'run'];

describe('petal/testing', { timeout: 180_000 }, () => {
  // It makes the Worker where it lies, which needs the trained weights.
  test.runIf(inject('trained'))(
    'runs both examples, and the petal command, where the package is installed',
    async () => {
      const project = await projectWithExamples();
      await installPacked(project);
      const underNode = await runNode(project, ['--test', 'with-node-test.mjs']);
      expect(underNode.output).toMatch(/pass 1\n/);
      expect(underNode.exitCode).toBe(0);
      const underVitest = await runNode(project, [...vitest, '--root', '.']);
      expect(underVitest.exitCode, underVitest.output).toBe(0);
      expect(underVitest.output).toMatch(/1 passed/);
      const command = ['node_modules/petal/scripts/petal.mjs', 'classify', 'daisy.jpg', '--json'];
      const classified = await runNode(project, command);
      expect(classified.exitCode, classified.output).toBe(0);
      expect(JSON.parse(classified.stdout)).toMatchObject({
        results: [{ predictions: [{ label: 'daisy' }, {}, {}] }],
      });
    },
  );

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
