/** `petal/testing`, and the petal command, as other projects have them: packed and unpacked. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { beforeAll, expect, inject, test } from 'vitest';
import { packageFolder } from '../../model/folder.ts';
import { buildPackage } from '../../scripts/build-package.ts';
import { buildKernels } from '../../src/testing/build-kernels.ts';
import { runCommand } from '../../src/testing/run-command.ts';
import { projectWithExamples, runNode } from './example-project.ts';

beforeAll(async () => {
  await buildPackage();
  await buildKernels(packageFolder);
}, 180_000);

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

const vitest = ['node_modules/vitest/vitest.mjs', 'run'];

// It makes the Worker where it lies, which needs the trained weights.
test.runIf(inject('trained'))(
  'petal/testing runs both examples, and the petal command, where the package is installed',
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
