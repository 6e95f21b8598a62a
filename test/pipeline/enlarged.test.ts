import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, inject, test } from 'vitest';
import classNames from '../../model/classes.json' with { type: 'json' };
import { loadNetwork } from '../../src/mobilenet/network.ts';
import type { AnalysisParts } from '../../src/pipeline/analyse-image.ts';
import { type AnsweringModel, backboneModel } from '../../src/pipeline/answering-model.ts';
import { classifyImage } from '../../src/pipeline/classify-image.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { sharedFolder } from '../support/photos.ts';

const folder = sharedFolder('images/imagenet') ?? '';

/** The photo with as many pixels as a phone's. */
async function enlarge(bytes: Uint8Array): Promise<Uint8Array> {
  const { width, height } = await sharp(bytes).metadata();
  const factor = Math.sqrt(12e6 / (width * height));
  const file = await sharp(bytes)
    .resize(Math.round(width * factor), Math.round(height * factor), { fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer();
  return new Uint8Array(file);
}

function firstLabel(parts: AnalysisParts, model: AnsweringModel, bytes: Uint8Array): string {
  return classifyImage(parts, bytes, model, { topK: 1, fit: 'crop' }).predictions[0].label;
}

// With weights at random, answers hang on nothing.
describe.runIf(folder !== '' && inject('trained'))('photos enlarged to 12 megapixels', () => {
  test('keep their first prediction in 97 of 100, in float32', { timeout: 300_000 }, async () => {
    // About resampling: int8 rounds logits to 256 values, by which near ties fall either way.
    const assets = await readAssets(inject('artifactPath'));
    const network = loadNetwork({ ...assets, arithmetic: 'float32' });
    const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));
    const model = backboneModel(network, classes);
    const parts: AnalysisParts = {
      network,
      limits: { maxPixels: 50e6, maxDecodeBytes: 48e6 },
      now: () => 0,
    };
    const names = readdirSync(folder).filter((name) => name.endsWith('.JPEG'));
    const changed: string[] = [];
    for (const name of names) {
      const bytes = new Uint8Array(await readFile(join(folder, name)));
      const label = firstLabel(parts, model, bytes);
      const enlarged = firstLabel(parts, model, await enlarge(bytes));
      if (enlarged !== label) changed.push(`${name}: ${label} becomes ${enlarged}`);
    }
    expect(names).toHaveLength(100);
    expect(changed.length, changed.join('\n')).toBeLessThanOrEqual(3);
  });
});
