/** `node model/prepare.ts` as a process of its own, in a copy of the project without the weights. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readManifest } from '../../model/manifest.ts';
import { mobilenetV2 } from '../../model/mobilenet-v2.ts';
import { addressOfNobody } from './loopback-server.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { writeTflite } from './tflite-writer.ts';

const projectFolder = resolve(import.meta.dirname, '../..');
const { bytes: tflite } = writeTflite(mobilenetV2());
const sha256 = createHash('sha256').update(tflite).digest('hex');

/** A project that wants the random weights, with a mirror that has them. */
async function copyOfProject(): Promise<{ folder: string; mirror: string; source: string }> {
  const root = await temporaryFolder();
  const [folder, mirror] = [join(root, 'project'), join(root, 'mirror')];
  // What reads and writes artifacts imports.
  for (const part of ['safetensors.ts', 'errors.ts', 'json', 'mobilenet']) {
    await cp(join(projectFolder, 'src', part), join(folder, 'src', part), { recursive: true });
  }
  await cp(join(projectFolder, 'model'), join(folder, 'model'), {
    recursive: true,
    filter: (path) => !/\.(tflite|safetensors|part)$/.test(path),
  });
  await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const source = `${(await addressOfNobody()).replace('http:', 'https:')}random.tflite`;
  const manifest = {
    ...(await readManifest()),
    file: 'random.tflite',
    bytes: tflite.length,
    sha256,
    sources: [source],
    artifact: 'random.safetensors',
  };
  await writeFile(join(folder, 'model/manifest.json'), JSON.stringify(manifest));
  await mkdir(mirror);
  await writeFile(join(mirror, 'random.tflite'), tflite);
  return { folder, mirror, source };
}

interface Ended {
  exitCode: number | string;
  stdout: string;
  stderr: string;
}

function run(folder: string, mirror: string): Promise<Ended> {
  const options = { cwd: folder, env: { ...process.env, PETAL_MODEL_MIRROR: mirror } };
  return new Promise((ended) => {
    execFile(process.execPath, ['model/prepare.ts'], options, (error, stdout, stderr) => {
      ended({ exitCode: error?.code ?? 0, stdout, stderr });
    });
  });
}

async function weightsIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'model'));
  return names.filter((name) => name.startsWith('random.')).toSorted();
}

describe('node model/prepare.ts', { timeout: 60_000 }, () => {
  test('makes the artifact, and has nothing to do the second time', async () => {
    const { folder, mirror } = await copyOfProject();
    const artifact = join('model', 'random.safetensors');
    expect(await run(folder, '../mirror')).toEqual({
      exitCode: 0,
      stdout: `Wrote ${artifact} (3.7 MB).\n`,
      stderr: `Copied ${join('..', 'mirror', 'random.tflite')} (4.0 MB).\n`,
    });
    expect(await weightsIn(folder)).toEqual(['random.safetensors', 'random.tflite']);
    expect(await run(folder, mirror)).toEqual({
      exitCode: 0,
      stdout: `Nothing to do, this is current: ${artifact} (3.7 MB).\n`,
      stderr: '',
    });
  });

  test('does no harm as two processes at once', async () => {
    const { folder, mirror } = await copyOfProject();
    const ended = await Promise.all([run(folder, mirror), run(folder, mirror)]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(await weightsIn(folder)).toEqual(['random.safetensors', 'random.tflite']);
  });

  test('fails with a sentence and no stack trace where the weights cannot be had', async () => {
    const { folder, source } = await copyOfProject();
    const { exitCode, stdout, stderr } = await run(folder, '../no-mirror');
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    const path = (...parts: string[]) => join(...parts, 'random.tflite');
    expect(stderr.split('\n').slice(2)).toEqual([
      'random.tflite could not be obtained. Tried in this order:',
      `  1. ${path('model')}: there is no such file`,
      `  2. ${path('..', 'no-mirror')}: there is no such folder`,
      expect.stringMatching(/^ {2}3\. .+: the network failed: .+ \(tried 3 times\)$/),
      `Put the file random.tflite (${tflite.length.toLocaleString('en-US')} bytes, sha256 ${sha256}) into the folder ${join('model', '/')}, then run the same command again.`,
      `Any browser on any machine can fetch it from ${source}`,
      '',
    ]);
    expect(await weightsIn(folder)).toEqual([]);
  });
});
