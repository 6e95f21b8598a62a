import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dequantise,
  outputRange,
  type Quantisation,
  quantise,
} from '../../src/mobilenet/quantisation.ts';

const anyQuantisation: fc.Arbitrary<Quantisation> = fc.record({
  scale: fc.float({ min: Math.fround(1e-6), max: 100, noNaN: true }),
  zeroPoint: fc.integer({ min: -128, max: 127 }),
});
const anyOffset = fc.constantFrom(0, 128);
const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);

describe('quantising', () => {
  test('gives back every byte that was dequantised, signed or not', () => {
    fc.assert(
      fc.property(anyQuantisation, anyOffset, (quantisation, offset) => {
        const stored = new Uint8Array(256);
        quantise(dequantise(everyByte, offset, quantisation), offset, quantisation, stored);
        expect(stored).toEqual(everyByte);
      }),
    );
  });

  test('is off by half a step at the most, and takes the nearest end of the range beyond it', () => {
    const anyValue = fc.float({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(anyQuantisation, anyOffset, anyValue, (quantisation, offset, value) => {
        const { scale, zeroPoint } = quantisation;
        const stored = new Uint8Array(1);
        quantise(Float32Array.of(value), offset, quantisation, stored);
        const [real] = dequantise(stored, offset, quantisation);
        const [lowest, highest] = [scale * (-128 - zeroPoint), scale * (127 - zeroPoint)];
        const nearest = Math.min(Math.max(value, lowest), highest);
        expect(Math.abs(real - nearest)).toBeLessThanOrEqual(scale * 0.50001);
      }),
    );
  });

  test('means the same value with both offsets', () => {
    fc.assert(
      fc.property(anyQuantisation, (quantisation) => {
        const signed = everyByte.map((byte) => byte ^ 128);
        expect(dequantise(signed, 0, quantisation)).toEqual(
          dequantise(everyByte, 128, quantisation),
        );
      }),
    );
  });
});

describe('outputRange', () => {
  test('is all of int8 without an activation function', () => {
    expect(outputRange({ scale: 0.1, zeroPoint: 5 }, 'linear')).toEqual({
      lowest: -128,
      highest: 127,
    });
  });

  test('is what int8 has of 0 to 6 with relu6', () => {
    fc.assert(
      fc.property(anyQuantisation, (quantisation) => {
        const { scale, zeroPoint } = quantisation;
        const { lowest, highest } = outputRange(quantisation, 'relu6');
        expect(lowest).toBe(zeroPoint);
        expect(highest).toBeLessThanOrEqual(127);
        const six = scale * (highest - zeroPoint);
        if (highest < 127) expect(Math.abs(six - 6)).toBeLessThanOrEqual(scale * 0.50001);
        else expect(six).toBeLessThanOrEqual(6 + scale * 0.50001);
      }),
    );
  });
});
