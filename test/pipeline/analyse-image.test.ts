import sharp from 'sharp';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import classNames from '../../model/classes.json' with { type: 'json' };
import { fits } from '../../src/image/fit.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';
import { type LoadedNetwork, loadNetwork } from '../../src/mobilenet/network.ts';
import { type AnalysisParts, analyseImage } from '../../src/pipeline/analyse-image.ts';
import { type AnsweringModel, backboneModel } from '../../src/pipeline/answering-model.ts';
import { classifyImage } from '../../src/pipeline/classify-image.ts';
import { drawExplanation, explainImage } from '../../src/pipeline/explain-image.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { decodeUpright } from '../image/decoded.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));
const daisyIndex = 985;

const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));
let network: LoadedNetwork;
let parts: AnalysisParts;
let model: AnsweringModel;

beforeAll(async () => {
  network = loadNetwork(await readAssets(inject('artifactPath')));
  model = backboneModel(network, classes);
  parts = {
    network,
    limits: { maxPixels: 50e6, maxDecodeBytes: 48e6 },
    now: () => 0,
  };
});

describe('classifyImage', () => {
  test('answers what one analysis says, and leaves probabilities as they are under a filter', () => {
    const [{ embedding }] = analyseImage(parts, daisy, { fit: 'crop' }).readings;
    const probabilities = network.classify(embedding);
    const all = classifyImage(parts, daisy, model, { topK: 1000, fit: 'crop' });
    expect(all.predictions).toHaveLength(1000);
    expect(all.embedding).toEqual(embedding);
    expect(all.backgroundProbability).toBe(probabilities[0]);
    const isAllowed = new Uint8Array(1000).fill(1);
    isAllowed[all.predictions[0].index] = 0;
    const minProbability = all.predictions[20].probability;
    // In int8, logits have 256 values: many classes share one.
    const asProbable = all.predictions.filter(({ probability }) => probability >= minProbability);
    const some = classifyImage(parts, daisy, model, {
      topK: 1000,
      fit: 'crop',
      isAllowed,
      minProbability,
    });
    expect(some.predictions).toEqual(asProbable.slice(1));
  });

  test('judges what is unknown by all classes, whatever filters leave', () => {
    const { predictions } = classifyImage(parts, daisy, model, { topK: 2, fit: 'crop' });
    const [{ probability }] = predictions;
    const isAllowed = new Uint8Array(1000).fill(1);
    isAllowed[predictions[0].index] = 0;
    const unknownAt = (minTopProbability: number): boolean =>
      classifyImage(
        parts,
        daisy,
        backboneModel(network, classes, { minTopProbability, minMargin: 0 }),
        { topK: 1, fit: 'crop', isAllowed },
      ).unknown;
    expect(unknownAt(probability)).toBe(false);
    expect(unknownAt(probability + 0.001)).toBe(true);
    expect(classifyImage(parts, daisy, model, { topK: 1, fit: 'crop' }).unknown).toBe(false);
  });

  test('gives each prediction its own heatmap where they are asked for', () => {
    const options = { topK: 3, fit: 'crop' } as const;
    const { predictions } = classifyImage(parts, daisy, model, { ...options, heatmaps: true });
    for (const { index, heatmap } of predictions) {
      expect(heatmap).toEqual(
        explainImage(parts, daisy, model, { fit: 'crop', isAllowed: only(index) }).heatmap,
      );
    }
    const plain = classifyImage(parts, daisy, model, options).predictions;
    expect(plain).toEqual(predictions.map(({ heatmap: _, ...prediction }) => prediction));
  });
});

/** Allows one class. */
function only(index: number): Uint8Array {
  return new Uint8Array(1000).fill(1, index, index + 1);
}

describe('explainImage', () => {
  test('explains the most probable class, or the one that is asked for', () => {
    const [first] = classifyImage(parts, daisy, model, { topK: 1, fit: 'crop' }).predictions;
    expect(explainImage(parts, daisy, model, { fit: 'crop' }).prediction).toEqual(first);
    const other = explainImage(parts, daisy, model, { fit: 'crop', isAllowed: only(0) });
    expect(other.prediction).toMatchObject({ index: 0, wnid: 'n01440764' });
    const none = { fit: 'crop', isAllowed: new Uint8Array(1000) } as const;
    expect(() => explainImage(parts, daisy, model, none)).toThrow(RangeError);
  });

  test('says which part of the photo the network saw', () => {
    const { image, view } = explainImage(parts, daisy, model, { fit: 'crop' });
    expect([image.width, image.height]).toEqual([500, 375]);
    expect(view.region).toEqual({ x: 62.5, y: 0, width: 375, height: 375 });
  });

  /** The daisy, small, on gray at a place; and where its middle is. */
  async function placed(left: number, top: number, width: number, height: number) {
    const side = 140;
    const flower = await sharp(daisy).resize(side, side, { fit: 'cover' }).toBuffer();
    const create = { width, height, channels: 3, background: '#808080' } as const;
    const file = await sharp({ create })
      .composite([{ input: flower, left, top }])
      .png()
      .toBuffer();
    return { bytes: new Uint8Array(file), x: left + side / 2, y: top + side / 2, side };
  }

  /** Where the picture differs from the plain photo, weighted by how much. */
  function middleOfHeat(painted: RgbImage, plain: RgbImage): { x: number; y: number } {
    let sum = 0;
    let sumX = 0;
    let sumY = 0;
    for (let y = 0, at = 0; y < painted.height; y++) {
      for (let x = 0; x < painted.width; x++, at += 3) {
        const warmth =
          painted.pixels[at] - painted.pixels[at + 2] - plain.pixels[at] + plain.pixels[at + 2];
        const weight = Math.max(0, warmth) ** 2;
        sum += weight;
        sumX += weight * x;
        sumY += weight * y;
      }
    }
    return { x: sumX / sum, y: sumY / sum };
  }

  // With weights at random, heat lies anywhere.
  describe.runIf(inject('trained')).each(fits)('drawn with fit "%s"', (fit) => {
    test.for([
      [80, 0, 400, 300],
      [180, 140, 400, 300],
      [10, 60, 300, 400],
      [150, 200, 300, 400],
    ] as const)(
      'has the heat on a flower at %i, %i of %i x %i',
      async ([left, top, width, height]) => {
        const { bytes, x, y, side } = await placed(left, top, width, height);
        const explanation = explainImage(parts, bytes, model, { fit, isAllowed: only(daisyIndex) });
        const painted = drawExplanation(parts, bytes, explanation, 1000);
        const middle = middleOfHeat(painted, decodeUpright(bytes));
        expect(Math.abs(middle.x - x)).toBeLessThan(side / 3);
        expect(Math.abs(middle.y - y)).toBeLessThan(side / 3);
      },
    );
  });

  test('is drawn on the upright photo in the size that is asked for', async () => {
    const turned = new Uint8Array(await sharp(daisy).withMetadata({ orientation: 6 }).toBuffer());
    const explanation = explainImage(parts, turned, model, { fit: 'crop' });
    const painted = drawExplanation(parts, turned, explanation, 200);
    expect([painted.width, painted.height]).toEqual([150, 200]);
  });
});
