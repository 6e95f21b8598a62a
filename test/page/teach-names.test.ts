import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelName } from '../../src/classes/manifest.ts';
import { modelName } from '../../src/classes/model-name.ts';
import { labelOfFolder, labelProblem, modelNameProblem } from '../../src/page/teach/names.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({ unit: fc.constantFrom(...'aZ0._-@, \u0007é😀\ud800\ufffd'), maxLength: 120 }),
);

test('a name of a model is good on the page where it is for the server', () => {
  fc.assert(
    fc.property(text, (name) => {
      expect(modelNameProblem(name) === undefined).toBe(modelName.safeParse(name).success);
    }),
  );
});

test('the name that is proposed instead of a wrong one is good', () => {
  fc.assert(
    fc.property(text, (name) => {
      const proposed = /: (\S+), for example\.$/.exec(modelNameProblem(name) ?? '')?.[1];
      if (proposed !== undefined) expect(modelName.safeParse(proposed).success).toBe(true);
    }),
  );
});

test('a label is good on the page where it is for the server', () => {
  fc.assert(
    fc.property(text, (typed) => {
      const label = typed.trim();
      expect(labelProblem(label) === undefined).toBe(labelName.safeParse(label).success);
    }),
  );
});

test('the label of a folder is good, or there is none', () => {
  fc.assert(
    fc.property(text, fc.nat(1), (start, odd) => {
      // So that a long one is cut within a character, too.
      const folder = 'x'.repeat(odd) + start;
      const label = labelOfFolder(folder);
      if (label !== '') expect(labelName.safeParse(label).success).toBe(true);
    }),
  );
});
