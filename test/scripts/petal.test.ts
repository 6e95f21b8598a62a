import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageFolder } from '../../model/folder.ts';
import { runCommand } from '../../src/testing/run-command.ts';

const script = join(packageFolder, 'scripts', 'petal.mjs');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petal-bin-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the petal command as npm links it', () => {
  test('runs in the folder that one is in, with what is typed, and ends as the command does', async () => {
    const env = { npm_command: 'exec' };
    const models = await runCommand(process.execPath, [script, 'models'], { cwd: folder, env });
    expect(models).toMatchObject({ exitCode: 0 });
    expect(models.stdout).toContain(
      'There are no models in model/heads. Train one: npm exec petal --',
    );
    const wrong = await runCommand(process.execPath, [script, 'train', 'no such folder'], {
      cwd: folder,
    });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.output).toContain('--name');
  });
});
