/** The command that the page shows, run by a real shell; and what it reads of the answer's headers. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { classifyAnswer } from '../../src/contract/answers.ts';
import { curlCommand } from '../../src/page/curl-command.ts';
import { durationText, sizeText } from '../../src/page/quantity.ts';
import { readServerTiming } from '../../src/page/server-timing.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { validPhoto } from './try-page.ts';

describe('the command', () => {
  const key = makeKey();
  let petal: Petal;
  let folder: string;
  beforeAll(async () => {
    petal = await startPetal({
      bundle: inject('bundle'),
      bindings: {
        PETAL_ACCESS: 'keys',
        PETAL_API_KEYS: JSON.stringify([await describeKey(key, 'shell', ['classify'])]),
      },
    });
    folder = await mkdtemp(join(tmpdir(), 'petal-command-'));
  });
  afterAll(async () => {
    await petal.dispose();
    await rm(folder, { recursive: true });
  });

  test.for([
    'daisy.jpg',
    'my daisy.jpg',
    "it's a daisy.jpg",
    'two, or; more.jpg',
    'a "daisy" \\ $HOME.jpg',
    'Gänseblümchen.jpg',
  ])('sends a file that is called %s', async (fileName) => {
    await copyFile(validPhoto('jpeg/daisy.jpg'), join(folder, fileName));
    const command = curlCommand({ url: petal.url, fileName, needsKey: true });
    const { stdout } = await promisify(execFile)('sh', ['-c', command], {
      cwd: folder,
      env: { ...process.env, PETAL_KEY: key },
    });
    expect(classifyAnswer.parse(JSON.parse(stdout)).predictions).toHaveLength(5);
  });
});

describe('the durations of an answer', () => {
  test('are those of its header', () => {
    expect(readServerTiming('decode;dur=3.10, preprocess;dur=0.40, inference;dur=21.05')).toEqual({
      decode: 3.1,
      preprocess: 0.4,
      inference: 21.05,
    });
  });

  test.for([
    null,
    '',
    'stages;desc="not measured: the clock of this platform stands still during work"',
  ])('are unknown where the header is %s', (header) => {
    expect(readServerTiming(header)).toBeUndefined();
  });
});

test('sizes and durations are said in the unit that fits', () => {
  expect([830, 58_400, 999_400, 999_600, 4_120_000].map(sizeText)).toEqual([
    '830 bytes',
    '58 kB',
    '999 kB',
    '1.0 MB',
    '4.1 MB',
  ]);
  expect([0.84, 24.4, 1290].map(durationText)).toEqual(['0.8 ms', '24 ms', '1.3 s']);
});
