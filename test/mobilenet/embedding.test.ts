import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalised } from '../../src/mobilenet/embedding.ts';

const anyEmbedding = fc.float32Array({
  min: 0,
  max: 6,
  noNaN: true,
  minLength: 1,
  maxLength: 1280,
});

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

describe('normalised', () => {
  test('has the length 1 and the same direction', () => {
    fc.assert(
      fc.property(anyEmbedding, (embedding) => {
        fc.pre(embedding.some((value) => value > 1e-3));
        const unit = normalised(embedding);
        expect(dot(unit, unit)).toBeCloseTo(1, 5);
        expect(dot(unit, embedding)).toBeCloseTo(Math.sqrt(dot(embedding, embedding)), 3);
      }),
    );
  });

  test('leaves zeros as zeros, and its argument as it is', () => {
    const zeros = new Float32Array(1280);
    expect(normalised(zeros)).toEqual(zeros);
    expect(normalised(zeros)).not.toBe(zeros);
    const embedding = Float32Array.of(3, 4);
    normalised(embedding);
    expect([...embedding]).toEqual([3, 4]);
  });
});
