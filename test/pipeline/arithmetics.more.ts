import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import classNames from '../../model/classes.json' with { type: 'json' };
import { decodePhoto, openPhoto } from '../../src/image/decode-image.ts';
import { NetworkInput } from '../../src/image/preprocess.ts';
import type { Arithmetic } from '../../src/mobilenet/arithmetic.ts';
import { loadNetwork } from '../../src/mobilenet/network.ts';
import { topPredictions } from '../../src/mobilenet/top-k.ts';
import { backboneModel } from '../../src/pipeline/answering-model.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { sharedFolder } from '../support/photos.ts';

const folder = sharedFolder('images/imagenet') ?? '';
const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));

interface Labelled {
  readonly wnid: string;
  /** uint8 [224, 224, 3] */
  readonly input: Uint8Array;
}

/** Photos whose names begin with the class that they show. */
async function readPhotos(): Promise<Labelled[]> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.JPEG'));
  return await Promise.all(
    names.map(async (name) => {
      const photo = openPhoto(new Uint8Array(await readFile(join(folder, name))));
      const input = new NetworkInput(photo.stored, 224, 'crop');
      decodePhoto(photo, input, { maxPixels: 50e6, maxDecodeBytes: 48e6 });
      return { wnid: name.slice(0, name.indexOf('_')), input: input.values };
    }),
  );
}

/** How many photos show what is first among the answers, and what is among the first five. */
async function rightAnswers(photos: readonly Labelled[], arithmetic: Arithmetic) {
  const assets = await readAssets(inject('artifactPath'));
  const network = loadNetwork({ ...assets, arithmetic });
  const model = backboneModel(network, classes);
  const places = photos.map(({ wnid, input }) => {
    const { probabilities } = model.judge(network.read(input, ['backbone'])[0].embedding);
    return topPredictions(probabilities, classes, 5).findIndex((answer) => answer.wnid === wnid);
  });
  network.dispose();
  return {
    first: places.filter((place) => place === 0).length,
    fifth: places.filter((place) => place >= 0).length,
  };
}

describe.runIf(folder !== '' && inject('trained'))('of 100 ImageNet photos', () => {
  test('int8 names at most one fewer than float32, as the first answer and among five', async () => {
    const photos = await readPhotos();
    expect(photos).toHaveLength(100);
    const float32 = await rightAnswers(photos, 'float32');
    const int8 = await rightAnswers(photos, 'int8');
    expect(float32.first).toBeGreaterThan(85);
    expect(int8.first).toBeGreaterThanOrEqual(float32.first - 1);
    expect(int8.fifth).toBeGreaterThanOrEqual(float32.fifth - 1);
  });
});
