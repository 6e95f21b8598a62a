import { describe, expect, test } from 'vitest';
import { measureAccuracy, type Outcome } from '../../src/cli/accuracy.ts';

/** An outcome whose classes come in this order, each half as probable as the one before. */
function outcome(name: string, truth: number, order: number[]): Outcome {
  const predictions = order.map((index, place) => ({
    index,
    label: `class ${index}`,
    wnid: `n${String(index).padStart(8, '0')}`,
    probability: 0.5 ** (place + 1),
  }));
  return { name, truth: [truth], predictions };
}

describe('measureAccuracy', () => {
  test('counts the first place, and the first five', () => {
    const order = [3, 1, 4, 0, 5, 9, 2];
    const outcomes = [outcome('a', 3, order), outcome('b', 5, order), outcome('c', 9, order)];
    expect(measureAccuracy(outcomes)).toMatchObject({ photos: 3, correctTop1: 1, correctTop5: 2 });
  });

  test('lists the most confident mistake first, with the place of the truth', () => {
    const outcomes = [outcome('near', 1, [0, 1, 2]), outcome('far', 2, [0, 1, 2])];
    const { mistakes } = measureAccuracy(outcomes);
    expect(mistakes.map(({ name, rank }) => [name, rank])).toEqual([
      ['far', 3],
      ['near', 2],
    ]);
  });

  test('takes any of several right classes', () => {
    const either = { ...outcome('crane', 0, [5, 1, 2]), truth: [1, 5] };
    expect(measureAccuracy([either])).toMatchObject({ correctTop1: 1, mistakes: [] });
  });

  test('counts a refused photo as wrong and says why', () => {
    const refused = { name: 'x', truth: [0], predictions: [], refusal: 'It is damaged.' };
    expect(measureAccuracy([refused, outcome('a', 3, [3])])).toMatchObject({
      photos: 2,
      correctTop1: 1,
      refused: [{ name: 'x', refusal: 'It is damaged.' }],
    });
  });
});
