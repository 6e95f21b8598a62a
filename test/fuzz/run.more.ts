/** The search for costly files as it is typed: it takes a while to be sure that one is. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../model/temporary-folder.ts';
import { fuzz, underchargingCodec } from './run-script.ts';

test('npm run fuzz -- --costly finds a codec that charges too little, names the file and saves it', async () => {
  const folder = await temporaryFolder();
  const { exitCode, stdout } = await fuzz(
    `--costly --cases 1 --format jpeg --json --save ${folder}`,
    underchargingCodec,
  );
  expect(exitCode).toBe(1);
  const { decoded, undercharged } = JSON.parse(stdout);
  expect(decoded).toBe(1);
  expect(undercharged).toMatchObject([{ format: 'jpeg', fit: 'crop' }]);
  const [saved] = await readdir(folder);
  const { length } = await readFile(join(folder, saved));
  expect(length).toBe(undercharged[0].bytes);
});
