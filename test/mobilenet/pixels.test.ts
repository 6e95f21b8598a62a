import { describe, expect, test } from 'vitest';
import { nearestPixels, realValues } from '../../src/mobilenet/pixels.ts';

const levels = Uint8Array.from({ length: 256 }, (_, level) => level);

describe('pixels', () => {
  test('stand for -1 to 1', () => {
    const values = realValues(levels);
    expect([values[0], values[51], values[255]]).toEqual([-1, Math.fround(-0.6), 1]);
    expect([...values]).toEqual([...values].sort((a, b) => a - b));
  });

  test('come back from the numbers that they stand for, and from those nearby', () => {
    const values = realValues(levels);
    for (const offset of [0, -0.49, 0.49]) {
      expect(nearestPixels(values.map((value) => value + offset / 127.5))).toEqual(levels);
    }
  });

  test('are black or white where numbers lie beyond', () => {
    const values = Float32Array.of(-3e38, -1.5, 1.5, 3e38);
    expect(nearestPixels(values)).toEqual(Uint8Array.of(0, 0, 255, 255));
  });
});
