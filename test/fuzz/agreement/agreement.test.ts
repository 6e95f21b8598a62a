import { expect, test } from 'vitest';
import { Agreement, kindOf } from './agreement.ts';
import type { Comparison } from './comparison.ts';

type PetalOutcome = Comparison['petal']['outcome'];
type LibvipsOutcome = Comparison['libvips']['outcome'];

function comparison(petal: PetalOutcome, libvips: LibvipsOutcome): Comparison {
  return { petal: { outcome: petal, reason: '' }, libvips: { outcome: libvips, reason: '' } };
}

test.for([
  ['read', 'read', 'bothRead'],
  ['read', 'half', 'silent'],
  ['read', 'less', 'silent'],
  ['read', 'refused', 'silent'],
  ['flagged', 'read', 'flaggedAlone'],
  ['flagged', 'half', 'flagged'],
  ['flagged', 'less', 'flagged'],
  ['flagged', 'refused', 'flagged'],
  ['refused', 'read', 'refusedAlone'],
  ['refused', 'half', 'refusedAlone'],
  ['refused', 'less', 'bothRefuse'],
  ['refused', 'refused', 'bothRefuse'],
  ['failed', 'read', 'failed'],
] as const)('calls it %3$s where Petal says "%s" and libvips "%s"', ([petal, libvips, kind]) => {
  expect(kindOf(comparison(petal, libvips))).toBe(kind);
});

test('measures each share of the files that it is about', () => {
  const agreement = new Agreement();
  for (let i = 0; i < 10; i++) agreement.add(comparison('refused', 'refused'));
  for (let i = 0; i < 20; i++) agreement.add(comparison('read', 'read'));
  expect(agreement).toMatchObject({ cases: 30, complaints: 10, shown: 20, isGood: true });
  agreement.add(comparison('read', 'less'));
  expect(agreement.silentShare).toBeCloseTo(1 / 11);
  expect(agreement.isGood).toBe(false);
});

test('is bad where too many are refused, or one failed', () => {
  const refused = new Agreement();
  const failed = new Agreement();
  for (let i = 0; i < 98; i++) {
    refused.add(comparison('read', 'read'));
    failed.add(comparison('read', 'read'));
  }
  for (let i = 0; i < 2; i++) refused.add(comparison('refused', 'read'));
  expect(refused).toMatchObject({ refusedAloneShare: 0.02, isGood: true });
  refused.add(comparison('refused', 'read'));
  expect(refused.isGood).toBe(false);
  failed.add(comparison('failed', 'refused'));
  expect(failed.isGood).toBe(false);
});
