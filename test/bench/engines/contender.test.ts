import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type EngineFiles,
  prepareFiles,
  startContender,
} from '../../../bench/engines/contender.ts';
import { engineRows, petalFloat32, runtimes } from '../../../bench/engines/rows.ts';
import { prepareArtifact } from '../../../model/prepare.ts';

const row = engineRows.find(({ name }) => name === petalFloat32) ?? engineRows[0];
const pixels = Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => (i * 7) % 256);
let folder: string;
let files: EngineFiles;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petal-engines-'));
  files = await prepareFiles(row, await prepareArtifact(), join(folder, 'engine'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.for(runtimes)('an engine in %s', (runtime) => {
  test('answers with probabilities, the time and its heap', async () => {
    const contender = await startContender(row, runtime, files);
    try {
      const turn = await contender.takeTurn(pixels, 2);
      expect(turn.probabilities).toHaveLength(1001);
      expect(turn.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
      expect(turn.inferenceMs).toEqual(expect.any(Number));
      expect(turn.heapBytes).toBeGreaterThan(2 ** 20);
      expect(await contender.takeTurn(pixels, 1)).toMatchObject({
        probabilities: turn.probabilities,
      });
    } finally {
      await contender.dispose();
    }
  });

  test('that can not be loaded says why', async () => {
    const broken = { ...files, modelPath: join(import.meta.dirname, 'contender.test.ts') };
    if (runtime === 'workerd') {
      Object.assign(broken, await prepareFiles(row, broken.modelPath, join(folder, 'broken')));
    }
    await expect(startContender(row, runtime, broken)).rejects.toThrow(/artifact|safetensors/i);
  });
});
