import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import classNames from '../../model/classes.json' with { type: 'json' };
import { decodePhoto, openPhoto } from '../../src/image/decode-image.ts';
import { NetworkInput } from '../../src/image/preprocess.ts';
import {
  classActivationMap,
  type Grid,
  gridShift,
  heatOf,
} from '../../src/mobilenet/class-activation-map.ts';
import { type LoadedNetwork, loadNetwork } from '../../src/mobilenet/network.ts';
import { outputOf } from '../../src/mobilenet/top-k.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { sharedFolder } from '../support/photos.ts';

const channels = 5;
const finite = fc.float({ min: -100, max: 100, noNaN: true });
const anyWeights = fc.float32Array({
  min: -10,
  max: 10,
  noNaN: true,
  minLength: channels,
  maxLength: channels,
});
const anyMap = fc.integer({ min: 1, max: 7 }).chain((side) =>
  fc.float32Array({
    min: 0,
    max: 6,
    noNaN: true,
    minLength: side * side * channels,
    maxLength: side * side * channels,
  }),
);

function mean(grid: Grid): number {
  const values = grid.flat();
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('classActivationMap', () => {
  test('is linear in the weights', () => {
    fc.assert(
      fc.property(anyMap, anyWeights, anyWeights, finite, (map, one, other, factor) => {
        const mixed = one.map((value, i) => Math.fround(value + factor * other[i]));
        const [a, b, sum] = [one, other, mixed].map((weights) => classActivationMap(map, weights));
        for (const [y, row] of sum.entries()) {
          for (const [x, value] of row.entries()) {
            // Weights are float32: rounded to 24 bits.
            expect(Math.abs(value - (a[y][x] + factor * b[y][x]))).toBeLessThan(0.01);
          }
        }
      }),
    );
  });

  test('puts the evidence of a single position where it is', () => {
    const map = new Float32Array(7 * 7 * channels);
    map[(2 * 7 + 5) * channels + 3] = 4;
    const weights = Float32Array.of(0, 0, 0, -0.5, 9);
    const grid = classActivationMap(map, weights);
    expect(grid[2][5]).toBe(-2);
    expect(grid.flat().filter((value) => value !== 0)).toHaveLength(1);
  });

  test.for([0, 12, 2 * channels, 48 * channels])('refuses a map of %i numbers', (length) => {
    expect(() => classActivationMap(new Float32Array(length), new Float32Array(channels))).toThrow(
      RangeError,
    );
  });
});

describe('heatOf', () => {
  const anyGrid = fc.array(fc.array(finite, { minLength: 3, maxLength: 3 }), {
    minLength: 3,
    maxLength: 3,
  });

  test('is 0 where evidence is negative, and 1 at the strongest', () => {
    fc.assert(
      fc.property(anyGrid, (grid) => {
        const heat = heatOf(grid).flat();
        const evidence = grid.flat();
        const strongest = Math.max(...evidence);
        for (const [i, value] of heat.entries()) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
          if (evidence[i] <= 0) expect(value).toBe(0);
        }
        if (strongest > 0) expect(heat[evidence.indexOf(strongest)]).toBe(1);
        else expect(Math.max(...heat)).toBe(0);
      }),
    );
  });
});

describe('maps of the real network', () => {
  let network: LoadedNetwork;

  beforeAll(async () => {
    network = loadNetwork(await readAssets(inject('artifactPath')));
  });

  function randomInput(seed: number): Uint8Array {
    const random = seededRandom(seed);
    return Uint8Array.from({ length: 224 * 224 * 3 }, () => random() * 256);
  }

  // In int8 the logits are rounded to 256 values.
  test('sum up to the logits that the probabilities are made of, in float32', async () => {
    const assets = await readAssets(inject('artifactPath'));
    network = loadNetwork({ ...assets, arithmetic: 'float32' });
    for (let seed = 0; seed < 3; seed++) {
      const { probabilities, featureMap } = network.infer(randomInput(seed), { featureMap: true });
      if (featureMap === undefined) throw new Error('There is no feature map.');
      const logit = (output: number): number => {
        const { weights, bias } = network.classifierWeights(output);
        return mean(classActivationMap(featureMap, weights)) + bias;
      };
      // The softmax takes away what all logits share: what is left are differences.
      for (const [one, other] of [
        [0, 1],
        [1, 1000],
        [282, 500],
      ]) {
        const logRatio = Math.log(probabilities[one] / probabilities[other]);
        expect(logit(one) - logit(other)).toBeCloseTo(logRatio, 3);
      }
    }
    network = loadNetwork(assets);
  });

  test('leave no tensor behind', () => {
    const before = network.tensorCount();
    for (let seed = 0; seed < 5; seed++) {
      const { featureMap } = network.infer(randomInput(seed), { featureMap: true });
      classActivationMap(featureMap ?? new Float32Array(), network.classifierWeights(1).weights);
    }
    expect(network.tensorCount()).toBe(before);
  });

  test.for([-1, 1001, 0.5, Number.NaN])('have no output %d', (output) => {
    expect(() => network.classifierWeights(output)).toThrow(RangeError);
  });

  const folder = sharedFolder('images/imagenet') ?? '';

  /** The heat of a photo's own class, and that of its mirror image, mirrored back. */
  function heatBothWays(name: string): [Grid, Grid] {
    const index = classNames.findIndex(({ wnid }) => name.startsWith(wnid));
    const { weights } = network.classifierWeights(outputOf(index));
    const photo = openPhoto(new Uint8Array(readFileSync(join(folder, name))));
    const { width, height } = photo;
    const limits = { maxPixels: 50e6, maxDecodeBytes: 48e6 };
    return ([1, 2] as const).map((orientation) => {
      const target = new NetworkInput({ width, height, orientation }, 224, 'crop');
      decodePhoto(photo, target, limits);
      const { featureMap } = network.infer(target.values, { featureMap: true });
      const heat = heatOf(classActivationMap(featureMap ?? new Float32Array(), weights));
      return orientation === 1 ? heat : heat.map((row) => row.toReversed());
    }) as [Grid, Grid];
  }

  /** Heat of one row at a share of the input, with the grid moved to the right by a share. */
  function heatAt(row: number[], position: number, shift: number): number {
    const cell = Math.min(Math.max((position - shift) * row.length - 0.5, 0), row.length - 1);
    const below = Math.floor(cell);
    const above = Math.min(below + 1, row.length - 1);
    return row[below] + (row[above] - row[below]) * (cell - below);
  }

  test.runIf(folder !== '' && inject('trained'))(
    'agree with those of mirror images best where they are shifted as said',
    () => {
      const names = readdirSync(folder).filter((name) => name.endsWith('.JPEG'));
      const pairs = names.slice(0, 40).map(heatBothWays);
      const disagreement = (shift: number): number => {
        let sum = 0;
        for (const [heat, mirrored] of pairs) {
          for (const [y, row] of heat.entries()) {
            // A mirrored map is shifted the other way.
            for (let at = 0.25; at <= 0.75; at += 0.05) {
              sum += (heatAt(row, at, shift) - heatAt(mirrored[y], at, -shift)) ** 2;
            }
          }
        }
        return sum;
      };
      expect(disagreement(gridShift)).toBeLessThan(0.8 * disagreement(0));
      expect(disagreement(gridShift)).toBeLessThan(0.8 * disagreement(2 * gridShift));
    },
  );
});
