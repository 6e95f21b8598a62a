import { describe, expect, test } from 'vitest';
import { inferno } from '../../src/image/color-map.ts';

/** Lightness L* of CIELAB by the formulas of IEC 61966-2-1 and CIE 15, 0..100. */
function lightness(color: readonly number[]): number {
  const [red, green, blue] = color.map((byte) => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}

describe('inferno', () => {
  // From matplotlib 3's table of the colour map.
  test.for([
    [0, [0, 0, 4]],
    [0.25, [87, 16, 110]],
    [0.5, [188, 55, 84]],
    [0.75, [249, 142, 9]],
    [1, [252, 255, 164]],
  ] as const)('is within 6 of the original at %d', ([value, expected]) => {
    const color = inferno(value);
    for (const [channel, byte] of color.entries()) {
      expect(Math.abs(byte - expected[channel])).toBeLessThanOrEqual(6);
    }
  });

  test('gets lighter with every step, so that it needs no eye for colours', () => {
    for (let step = 1; step <= 20; step++) {
      const rise = lightness(inferno(step / 20)) - lightness(inferno((step - 1) / 20));
      expect(rise).toBeGreaterThan(2);
    }
  });

  test('takes what lies outside for its ends', () => {
    expect(inferno(-1)).toEqual(inferno(0));
    expect(inferno(2)).toEqual(inferno(1));
  });
});
