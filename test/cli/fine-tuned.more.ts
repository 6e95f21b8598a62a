/** The last blocks of the network are trained too, as a person does it. */
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { putScenes } from './class-photos.ts';
import { makeScratch, petal, type Scratch } from './petal.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await makeScratch();
  process.env.XDG_CACHE_HOME = join(scratch.folder, 'cache');
  await putScenes(scratch, 'scenes', 6);
});
afterAll(async () => {
  delete process.env.XDG_CACHE_HOME;
  await scratch.remove();
});

test.runIf(inject('trained'))(
  'classes of one’s own are fine-tuned, and the tuned blocks answer from the file',
  async () => {
    const scenes = join(scratch.folder, 'scenes');
    const heads = join(scratch.folder, 'heads');
    const options = ['--name', 'tuned', '--fine-tune', 'last', '--augment', '2'];
    const tuned = await petal('train', scenes, '--out', heads, '--json', ...options);
    expect(tuned.code, tuned.err).toBe(0);
    expect(JSON.parse(tuned.out)).toMatchObject({
      firstTunedBlock: 'embedding',
      training: { fineTuned: 'last', views: 2 },
      metrics: { folds: 1 },
    });
    const model = ['--model', `${join(heads, 'tuned')}@1`];
    const { code, out } = await petal('evaluate', scenes, ...model, '--json');
    expect(code).toBe(0);
    const evaluation = JSON.parse(out);
    expect(evaluation).toMatchObject({ model: 'tuned', version: 1, metrics: { photos: 18 } });
    expect(evaluation.correctTop1).toBeGreaterThanOrEqual(17);
    expect(evaluation.metrics.correct).toBe(evaluation.correctTop1);
  },
);
