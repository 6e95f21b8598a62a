import { expect, test } from 'vitest';
import { flatRowsOf, type RawPicture, shownShare } from './shown-share.ts';

/** Rows of 3 gray pixels each. */
function gray(...rows: readonly (readonly number[])[]): RawPicture {
  return { width: 3, height: rows.length, channels: 1, samples: Uint8Array.from(rows.flat()) };
}

const varied = [1, 2, 3];
const missing = [128, 128, 128];

test('counts rows that are not of one colour', () => {
  const original = flatRowsOf(gray(varied, varied, varied, varied));
  expect(shownShare(gray(varied, varied, varied, missing), original)).toBe(0.75);
  expect(shownShare(gray(missing, missing, missing, missing), original)).toBe(0);
});

test('counts a row whose pixels are alike in some channels only', () => {
  const samples = Uint8Array.from([1, 2, 3, 1, 2, 4]);
  expect(shownShare({ width: 2, height: 1, channels: 3, samples }, undefined)).toBe(1);
  samples[5] = 3;
  expect(shownShare({ width: 2, height: 1, channels: 3, samples }, undefined)).toBe(0);
});

test('leaves out rows that are of one colour in the undamaged picture', () => {
  const original = flatRowsOf(gray(missing, missing, varied, varied));
  expect(shownShare(gray(missing, missing, varied, missing), original)).toBe(0.5);
  const flat = flatRowsOf(gray(missing, missing));
  expect(shownShare(gray(missing, missing), flat)).toBe(1);
});

test('counts all rows where damage changed the sides', () => {
  const original = flatRowsOf(gray(missing, varied));
  expect(shownShare(gray(missing, missing, missing, varied), original)).toBe(0.25);
});
