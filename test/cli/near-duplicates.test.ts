import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { embeddingLength } from '../../src/classes/head.ts';
import { alikeCosine, groupAlike } from '../../src/cli/near-duplicates.ts';
import { seededRandom } from '../../src/seeded-random.ts';

/** An embedding as the network gives them: mostly zeros, the rest positive. */
function embedding(random: () => number): Float32Array {
  return Float32Array.from({ length: embeddingLength }, () => Math.max(0, random() * 6 - 4));
}

/** Another at a cosine from the first. */
function near(first: Float32Array, cosine: number, random: () => number): Float32Array {
  const other = embedding(random);
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  const along = dot(first, other) / dot(first, first);
  const across = other.map((value, i) => value - along * first[i]);
  const scale =
    (Math.sqrt(dot(first, first) / dot(across, across)) * Math.sqrt(1 - cosine ** 2)) / cosine;
  return first.map((value, i) => value + across[i] * scale);
}

describe('groupAlike', () => {
  test('groups what is closer than the limit, and nothing that is not', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0.005, max: 0.04, noNaN: true }),
        (seed, distance) => {
          const random = seededRandom(seed);
          const first = embedding(random);
          const close = near(first, alikeCosine + distance, random);
          const far = near(first, alikeCosine - distance, random);
          const other = embedding(random);
          expect([...groupAlike([other, first, close])]).toEqual([0, 1, 1]);
          expect([...groupAlike([first, other, far])]).toEqual([0, 1, 2]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('joins groups that a photo connects', () => {
    const random = seededRandom(1);
    const middle = embedding(random);
    const [left, right] = [near(middle, 0.955, random), near(middle, 0.955, random)];
    expect([...groupAlike([left, embedding(random), right])]).toEqual([0, 1, 2]);
    expect([...groupAlike([left, embedding(random), right, middle])]).toEqual([0, 1, 0, 0]);
  });
});
