import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logitOf, scoreCertainty } from '../../src/cli/certainty.ts';

describe('scoreCertainty', () => {
  test('has the energy that summing all logits has', () => {
    const logits = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), {
      minLength: 3,
      maxLength: 20,
    });
    fc.assert(
      fc.property(logits, (values) => {
        const sum = values.reduce((total, logit) => total + Math.exp(logit), 0);
        const [first, second] = values.slice(1).sort((a, b) => b - a);
        const scores = scoreCertainty({
          probabilities: Float32Array.from(values, (logit) => Math.exp(logit) / sum),
          first: Math.exp(first) / sum,
          second: Math.exp(second) / sum,
          firstLogit: first,
        });
        expect(scores.energy).toBeCloseTo(Math.log(sum), 6);
        expect(scores.margin).toBeCloseTo((Math.exp(first) - Math.exp(second)) / sum, 12);
      }),
    );
  });

  test('is least certain where all outputs are alike, and most where one has everything', () => {
    const scoresOf = (...probabilities: number[]) => {
      const [first, second] = probabilities.slice(1);
      const outputs = Float32Array.from(probabilities);
      return scoreCertainty({ probabilities: outputs, first, second, firstLogit: 0 });
    };
    expect(scoresOf(0.25, 0.25, 0.25, 0.25)).toMatchObject({ margin: 0, background: -0.25 });
    expect(scoresOf(0.25, 0.25, 0.25, 0.25).entropy).toBeCloseTo(-Math.log(4), 6);
    expect(scoresOf(0, 1, 0, 0)).toMatchObject({ probability: 1, margin: 1, entropy: 0 });
  });
});

test('a logit comes from the output of its class, behind background', () => {
  const network = {
    classifierWeights: (output: number) => ({ weights: Float32Array.of(output, 1), bias: 0.5 }),
  };
  const prediction = { label: 'daisy', wnid: 'n11939491', index: 2, probability: 1 };
  expect(logitOf(network, prediction, Float32Array.of(2, 5))).toBe(3 * 2 + 5 + 0.5);
});
