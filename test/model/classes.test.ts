import { describe, expect, test } from 'vitest';
import classes from '../../model/classes.json' with { type: 'json' };
import { labelCount } from '../../model/mobilenet-v2.ts';

describe('the ImageNet classes', () => {
  const wnids = classes.map(({ wnid }) => wnid);

  test('are as many as the network predicts', () => {
    expect(classes).toHaveLength(1000);
    expect(labelCount).toBe(1000);
  });

  test('are in the order of their WordNet ids, each once', () => {
    expect(wnids).toEqual([...new Set(wnids)].toSorted());
    for (const wnid of wnids) expect(wnid).toMatch(/^n\d{8}$/);
  });

  test('have at least one name each', () => {
    for (const { names, wnid } of classes) {
      expect(names.length, wnid).toBeGreaterThan(0);
      for (const name of names) expect(name, wnid).toMatch(/^\S(.*\S)?$/);
    }
  });

  test('begin with the tench and have the daisy at 985', () => {
    expect(classes[0]).toMatchObject({ wnid: 'n01440764', names: ['tench', 'Tinca tinca'] });
    expect(classes[985]).toMatchObject({ wnid: 'n11939491', names: ['daisy'] });
  });
});
