import { describe, expect, test } from 'vitest';
import { findWrongAnswers, largestDifferences } from '../../../bench/engines/answers.ts';
import { petalFloat32 } from '../../../bench/engines/rows.ts';
import { measured } from './measured.ts';

const petal = measured(petalFloat32, { arithmetic: 'float32', answers: [[0.8, 0.2]] });
const photos = ['daisy.jpg'];

describe('answers of engines', () => {
  test('are right where float32 differs by rounding and int8 engines agree', () => {
    const all = [
      petal,
      measured('float', { arithmetic: 'float32', answers: [[0.80001, 0.19999]] }),
      measured('one', { answers: [[0.75, 0.25]] }),
      measured('other', { answers: [[0.75, 0.25]] }),
    ];
    expect(findWrongAnswers(all, photos)).toEqual([]);
    expect(largestDifferences(all)).toEqual([
      0,
      expect.closeTo(1e-5, 8),
      expect.closeTo(0.05, 8),
      expect.closeTo(0.05, 8),
    ]);
  });

  test('are wrong where a float32 engine is off by more than rounding', () => {
    const off = measured('float', {
      arithmetic: 'float32',
      runtime: 'workerd',
      answers: [[0.79, 0.21]],
    });
    expect(findWrongAnswers([petal, off], photos)).toEqual([
      expect.stringMatching(/^daisy\.jpg: float in workerd is 0\.01\d* from Petal, float32/),
    ]);
  });

  test('are wrong where int8 engines differ in one step of one output', () => {
    const one = measured('one', { answers: [[0.75, 0.25]] });
    const other = measured('other', { answers: [[0.75, 0.25 + 1 / 256]] });
    expect(findWrongAnswers([petal, one, other], photos)).toEqual([
      'daisy.jpg: other in Node.js is 1 steps of 1/256 from one in Node.js.',
    ]);
  });

  test('are wrong where int8 engines agree on another class', () => {
    const answers = [[0.25, 0.75]];
    const all = [petal, measured('one', { answers }), measured('other', { answers })];
    expect(findWrongAnswers(all, photos)).toHaveLength(2);
  });

  test('are wrong where there are not as many, or no numbers', () => {
    const short = measured('one', { answers: [[0.8]] });
    const empty = measured('float', { arithmetic: 'float32', answers: [[Number.NaN, 0.2]] });
    expect(findWrongAnswers([petal, short], photos)).toHaveLength(1);
    expect(findWrongAnswers([petal, empty], photos)).toHaveLength(1);
  });
});
