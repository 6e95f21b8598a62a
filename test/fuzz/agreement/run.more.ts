/** The command as it is typed. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../model/temporary-folder.ts';
import { brokenCodec, type Finished, runScript } from '../run-script.ts';

const script = join(import.meta.dirname, 'run.ts');

function agreement(parameters: string, nodeOptions: readonly string[] = []): Promise<Finished> {
  return runScript(script, parameters, nodeOptions);
}

describe('npm run agreement', () => {
  test('counts cases of every format, and succeeds where the two agree', async () => {
    const { stdout, exitCode } = await agreement('--seed 1 --cases 12 --json');
    const { formats } = JSON.parse(stdout);
    expect(Object.keys(formats).toSorted()).toEqual(['jpeg', 'png', 'webp']);
    for (const { cases, bothRead, flagged, bothRefuse, flaggedAlone, ...rest } of Object.values<
      Record<string, number>
    >(formats)) {
      expect(cases).toBe(12);
      const { silent, refusedAlone, failed } = rest;
      const all = [bothRead, flagged, bothRefuse, flaggedAlone, silent, refusedAlone, failed];
      expect(all.reduce((sum, count) => sum + count)).toBe(12);
    }
    const isGood = Object.values<{ isGood: boolean }>(formats).every((format) => format.isGood);
    expect(exitCode).toBe(isGood ? 0 : 1);
  });

  test('fails where a codec has a defect, and says how to see it again', async () => {
    const folder = await temporaryFolder();
    const { exitCode, stdout } = await agreement(
      `--seed 5 --cases 4 --format jpeg --save ${folder}`,
      brokenCodec,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/\njpeg +4 .* [1-4]\n/);
    expect(stdout).toContain('TypeError: broken');
    expect(stdout).toContain('DISAGREE');
    const [, parameters] = stdout.match(/npm run agreement -- (--seed 5 --case \d+)/) ?? [];
    const again = await agreement(parameters, brokenCodec);
    expect(again.exitCode).toBe(1);
    expect(again.stdout).toContain('Petal: failed. TypeError: broken');
    expect(await readdir(folder)).toContainEqual(expect.stringMatching(/^5-\d+\.jpeg$/));
  });

  test('refuses a format that libvips is not asked about', async () => {
    const { exitCode, stderr } = await agreement('--cases 1 --format bmp');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('bmp');
  });
});
