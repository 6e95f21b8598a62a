import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Head, headProbabilities } from '../../src/classes/head.ts';
import { mostProbable } from '../../src/classes/metrics.ts';
import { trainHead } from '../../src/classes/train-head.ts';
import type { TrainingSet } from '../../src/classes/training-set.ts';
import { readPhoto } from '../../src/cli/photo-task.ts';
import { unaugmented } from '../../src/image/augmentation.ts';
import { type Arithmetic, arithmetics } from '../../src/mobilenet/arithmetic.ts';
import { loadNetwork } from '../../src/mobilenet/network.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { sharedFolder } from '../support/photos.ts';

const length = 1280;
const photosEach = 24;

/** What a network makes of photos: those that are trained on, and others. */
interface Sets {
  readonly trained: TrainingSet;
  readonly others: TrainingSet;
}

async function readSets(folder: string, arithmetic: Arithmetic): Promise<Sets> {
  const network = loadNetwork({ ...(await readAssets(inject('artifactPath'))), arithmetic });
  const labels = (await readdir(folder)).sort();
  const rows: { readonly label: number; readonly embedding: Float32Array }[] = [];
  for (const [label, name] of labels.entries()) {
    const files = (await readdir(join(folder, name))).sort().slice(0, photosEach);
    for (const file of files) {
      const bytes = new Uint8Array(await readFile(join(folder, name, file)));
      const task = { bytes, augmentations: [unaugmented], want: 'embedding', fit: 'crop' } as const;
      rows.push({ label, embedding: readPhoto(network, task)[0] });
    }
  }
  network.dispose();
  const half = (parity: number): TrainingSet => {
    const taken = rows.filter((_, i) => i % 2 === parity);
    const embeddings = new Float32Array(taken.length * length);
    for (const [i, { embedding }] of taken.entries()) embeddings.set(embedding, i * length);
    return { labels, embeddings, labelIndices: Int32Array.from(taken, ({ label }) => label) };
  };
  return { trained: half(0), others: half(1) };
}

/** How many of a set a head is right about. */
function rightAnswers(head: Head, { labels, embeddings, labelIndices }: TrainingSet): number {
  return labelIndices.reduce((right, label, i) => {
    const embedding = embeddings.subarray(i * length, (i + 1) * length);
    const answer = mostProbable(headProbabilities(head, labels.length, embedding), labels.length);
    return right + Number(answer === label);
  }, 0);
}

const flowers = sharedFolder('images/flowers');

describe.runIf(flowers !== null && inject('trained'))('a head of five kinds of flowers', () => {
  const sets = new Map<Arithmetic, Sets>();
  beforeAll(async () => {
    for (const arithmetic of arithmetics) {
      sets.set(arithmetic, await readSets(flowers ?? '', arithmetic));
    }
  });

  test.for(arithmetics)(
    'that was trained in %s is as right in the other arithmetic',
    async (of) => {
      const { head } = await trainHead(sets.get(of)?.trained as TrainingSet, { mode: 'softmax' });
      const right = arithmetics.map((each) =>
        rightAnswers(head, sets.get(each)?.others as TrainingSet),
      );
      for (const count of right) expect(count).toBeGreaterThan(40);
      expect(Math.abs(right[0] - right[1])).toBeLessThanOrEqual(3);
    },
  );
});
