/** The command as it is typed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formats } from '../../src/image/formats.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';
import { Cases } from './cases.ts';
import { readCorpus } from './corpus.ts';
import { brokenCodec, fuzz } from './run-script.ts';

describe('npm run fuzz', () => {
  test('prints a table, and ends well', async () => {
    const { exitCode, stdout } = await fuzz('--seed 5 --cases 10 --format jpeg');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^10 cases of seed 5/);
    expect(stdout).toMatch(/\njpeg +10 /);
    expect(stdout).toContain('Every case came to pixels or to a refusal');
  });

  test('fails where a codec has a defect, and says how to see it again', async () => {
    const { exitCode, stdout } = await fuzz('--seed 5 --cases 10 --format jpeg', brokenCodec);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('TypeError: broken');
    const [, command] = stdout.match(/npm run fuzz -- (--seed 5 --case \d+)/) ?? [];
    const again = await fuzz(`${command} --json`, brokenCodec);
    expect(again.exitCode).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({
      seed: 5,
      formats: { jpeg: { cases: 1, outcomes: { failed: 1 } } },
      failures: [{ defects: [expect.stringContaining('broken')], command: expect.any(String) }],
    });
  });

  test('writes the file of one case', async () => {
    const folder = await temporaryFolder();
    const cases = new Cases(5, await readCorpus(Object.keys(formats)));
    const { format, bytes } = cases.make(3);
    const { exitCode } = await fuzz(`--seed 5 --case 3 --save ${folder} --json`);
    expect(exitCode).toBe(0);
    const written = await readFile(join(folder, `5-3.${format}`));
    expect(Buffer.compare(written, bytes)).toBe(0);
  });

  test('refuses a format that is not decoded', async () => {
    const { exitCode, stderr } = await fuzz('--cases 1 --format docx');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('docx');
  });
});
