import { describe, expect, test } from 'vitest';
import { mobilenetV2 } from '../../model/mobilenet-v2.ts';
import { tunedBlocks } from '../../src/fine-tuning/tuned-blocks.ts';

const names = (depth: string) => tunedBlocks(mobilenetV2(), depth).map(({ name }) => name);

describe('tunedBlocks', () => {
  test('gives the last convolution before the classifier, and blocks before it', () => {
    expect(names('last')).toEqual(['embedding']);
    expect(names('blocks=1')).toEqual(['block17', 'embedding']);
    expect(names('blocks=3')).toEqual(['block15', 'block16', 'block17', 'embedding']);
    expect(names('blocks=17')).toHaveLength(18);
    expect(names('blocks=17')[0]).toBe('block01');
  });

  test.for(['blocks=18', 'blocks=-1', 'blocks=', 'blocks=1.5', 'none', 'LAST', ''])(
    'refuses "%s", and says what there is',
    (depth) => {
      expect(() => names(depth)).toThrow(
        new RangeError(
          `Expected "last" or "blocks=N" with N from 1 to 17 but received "${depth}".`,
        ),
      );
    },
  );
});
