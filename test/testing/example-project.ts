/** A project that uses Petal. */
import { cp, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { packageFolder } from '../../model/folder.ts';
import { type EndedCommand, runCommand } from '../../src/testing/run-command.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';

const examples = join(packageFolder, 'examples', 'testing');
const packages = join(packageFolder, 'node_modules');

/** A project with everything that Petal depends on installed, but the kernels' compiler, and the examples as its tests. */
export async function projectWithExamples(): Promise<string> {
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

/** Runs a Node.js command that runs none of this repository's sources as they are. */
export async function runNode(cwd: string, parameters: readonly string[]): Promise<EndedCommand> {
  return await runCommand(process.execPath, parameters, {
    cwd,
    // Without what Vitest tells its own workers.
    env: { NODE_OPTIONS: undefined, VITEST: undefined, NODE_TEST_CONTEXT: undefined },
  });
}
