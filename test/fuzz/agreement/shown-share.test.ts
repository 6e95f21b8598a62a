import { expect, test } from 'vitest';
import { type RawPicture, rowEndsOf, shownShare } from './shown-share.ts';

/** Rows of 4 gray pixels each. */
function gray(...rows: readonly (readonly number[])[]): RawPicture {
  return { width: 4, height: rows.length, channels: 1, samples: Uint8Array.from(rows.flat()) };
}

const varied = [1, 2, 3, 4];
const missing = [128, 128, 128, 128];

test('counts pixels but for those at the end of a row that are of one colour', () => {
  const original = rowEndsOf(gray(varied, varied, varied, varied));
  expect(shownShare(gray(varied, varied, varied, missing), original)).toBe(0.75);
  expect(shownShare(gray(varied, varied, [1, 2, 128, 128], missing), original)).toBe(0.625);
  expect(shownShare(gray(missing, missing, missing, missing), original)).toBe(0);
});

test('compares pixels in all channels', () => {
  const samples = Uint8Array.from([1, 2, 3, 1, 2, 4]);
  expect(shownShare({ width: 2, height: 1, channels: 3, samples }, undefined)).toBe(1);
  samples[5] = 3;
  expect(shownShare({ width: 2, height: 1, channels: 3, samples }, undefined)).toBe(0);
});

test('leaves out what is of one colour in the undamaged picture', () => {
  const original = rowEndsOf(gray(missing, [1, 2, 128, 128], varied));
  expect(shownShare(gray(missing, [1, 2, 128, 128], varied), original)).toBe(1);
  expect(shownShare(gray(missing, [1, 2, 128, 128], missing), original)).toBe(2 / 6);
  const flat = rowEndsOf(gray(missing, missing));
  expect(shownShare(gray(missing, missing), flat)).toBe(1);
});

test('takes a picture one pixel wide for shown', () => {
  const narrow: RawPicture = { width: 1, height: 2, channels: 1, samples: Uint8Array.of(7, 128) };
  expect(shownShare(narrow, rowEndsOf(narrow))).toBe(1);
});

test('counts all pixels where damage changed the sides', () => {
  const original = rowEndsOf(gray(missing, varied));
  expect(shownShare(gray(missing, missing, missing, varied), original)).toBe(0.25);
});
