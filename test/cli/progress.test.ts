import { expect, test } from 'vitest';
import { timeLeft } from '../../src/cli/progress.ts';

test.for([
  [10_000, 0, undefined],
  [100, 0.5, undefined],
  [10_000, 0.5, '10 s'],
  [60_000, 0.25, '3 min'],
  [60_000, 1, '0 s'],
] as const)('after %d ms and a share of %d, the time left is %s', ([elapsedMs, share, left]) => {
  expect(timeLeft(elapsedMs, share)).toBe(left);
});
