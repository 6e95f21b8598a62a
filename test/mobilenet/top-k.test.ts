import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import classNames from '../../model/classes.json' with { type: 'json' };
import { topPredictions } from '../../src/mobilenet/top-k.ts';

const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));

/** One class of 1000 is certain. */
function oneHot(index: number): Float32Array {
  const probabilities = new Float32Array(1000);
  probabilities[index] = 1;
  return probabilities;
}

describe('topPredictions', () => {
  test.for([
    [0, 'tench', 'n01440764'],
    [985, 'daisy', 'n11939491'],
    [999, 'toilet tissue', 'n15075141'],
  ] as const)('reads probability %i as that of "%s"', ([index, label, wnid]) => {
    const [top] = topPredictions(oneHot(index), classes, 1);
    expect(top).toEqual({ index, label, wnid, probability: 1 });
  });

  test('orders by probability, then by index', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 1000, maxLength: 1000 }),
        fc.integer({ min: 1, max: 1000 }),
        (probabilities, topK) => {
          const predictions = topPredictions(Float32Array.from(probabilities), classes, topK);
          expect(predictions).toHaveLength(topK);
          for (const [i, next] of predictions.slice(1).entries()) {
            const former = predictions[i];
            const ordered =
              former.probability > next.probability ||
              (former.probability === next.probability && former.index < next.index);
            expect(ordered).toBe(true);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('refuses the outputs with "background" among them, which would be off by one', () => {
    expect(() => topPredictions(new Float32Array(1001), classes, 1)).toThrow(
      'Expected 1000 probabilities for 1000 classes but received 1001.',
    );
  });

  test('leaves out what a filter excludes, and changes no probability', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1000, maxLength: 1000 }),
        fc.uint8Array({ min: 0, max: 1, minLength: 1000, maxLength: 1000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, isAllowed, minProbability) => {
          const probabilities = Float32Array.from(values);
          const all = topPredictions(probabilities, classes, 1000);
          const filter = { isAllowed, minProbability };
          expect(topPredictions(probabilities, classes, 1000, filter)).toEqual(
            all.filter(
              ({ index, probability }) => isAllowed[index] === 1 && probability >= minProbability,
            ),
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  test('counts top-k after the filter', () => {
    const isAllowed = new Uint8Array(1000).fill(1, 500);
    const predictions = topPredictions(oneHot(1), classes, 3, { isAllowed });
    expect(predictions.map(({ index }) => index)).toEqual([500, 501, 502]);
  });

  test('refuses a filter over outputs, which would be off by one', () => {
    const filter = { isAllowed: new Uint8Array(1001) };
    expect(() => topPredictions(oneHot(1), classes, 1, filter)).toThrow(RangeError);
  });
});
