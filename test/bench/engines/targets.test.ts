import { describe, expect, test } from 'vitest';
import { ratioTo } from '../../../bench/engines/rounds.ts';
import { targetNotes } from '../../../bench/engines/targets.ts';
import { measured } from './measured.ts';

describe('ratios of engines', () => {
  test('are of the same rounds, so that a slow minute changes nothing', () => {
    const one = measured('one', { roundsMs: [10, 10, 30, 30, 30] });
    const other = measured('other', { roundsMs: [20, 20, 60, 60, 20] });
    expect(ratioTo(one, other)).toBe(0.5);
  });
});

describe('targets of engines', () => {
  const relaxed = 'LiteRT.js, int8, relaxed SIMD';

  test('are of both runtimes, each against the rival in the same', () => {
    const notes = targetNotes([
      measured('Petal, int8, relaxed SIMD', { runtime: 'Node.js', roundsMs: [5] }),
      measured(relaxed, { runtime: 'Node.js', roundsMs: [6] }),
      measured('Petal, int8, relaxed SIMD', { runtime: 'workerd', roundsMs: [6] }),
      measured(relaxed, { runtime: 'workerd', roundsMs: [6.5] }),
    ]);
    expect(notes).toEqual([
      expect.stringMatching(/in Node\.js, .* measured 0\.83x: met\.$/),
      expect.stringMatching(/in workerd, .* measured 0\.92x: MISSED\.$/),
    ]);
  });

  test('are not said where an engine was not measured', () => {
    expect(targetNotes([measured(relaxed, { roundsMs: [6] })])).toEqual([]);
    expect(targetNotes([measured('Petal, int8, relaxed SIMD', { roundsMs: [6] })])).toEqual([]);
  });
});
