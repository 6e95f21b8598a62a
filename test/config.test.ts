import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';

describe('readConfig', () => {
  test('has defaults that fit an isolate of 128 MB', () => {
    expect(readConfig({})).toMatchObject({
      maxUploadBytes: 20e6,
      maxPixels: 50e6,
      maxDecodeBytes: 48e6,
    });
  });

  test('reads megabytes from text, and ignores what it does not know', () => {
    const config = readConfig({
      PETAL_MAX_UPLOAD_MB: '3',
      PETAL_MAX_MEGAPIXELS: '5',
      PETAL_MAX_DECODE_MB: '7',
      OTHER: 1,
    });
    expect(config).toMatchObject({ maxUploadBytes: 3e6, maxPixels: 5e6, maxDecodeBytes: 7e6 });
  });

  test('takes int8 unless float32 is asked for, and nothing else', () => {
    expect(readConfig({}).arithmetic).toBe('int8');
    expect(readConfig({ PETAL_ARITHMETIC: 'float32' }).arithmetic).toBe('float32');
    expect(() => readConfig({ PETAL_ARITHMETIC: 'float16' })).toThrow('PETAL_ARITHMETIC');
  });

  test('can not be changed afterwards', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  test.for(['PETAL_CACHE_SECONDS', 'PETAL_UNKNOWN_PROBABILITY', 'PETAL_UNKNOWN_MARGIN'])(
    'refuses an empty %s, where 0 would mean something',
    (name) => {
      expect(() => readConfig({ [name]: '' })).toThrow(name);
      expect(() => readConfig({ [name]: '0' })).not.toThrow();
    },
  );

  test.for(['0', '-1', '1.5', 'ten', '', '101'])('refuses PETAL_MAX_UPLOAD_MB="%s"', (value) => {
    expect(() => readConfig({ PETAL_MAX_UPLOAD_MB: value })).toThrow('PETAL_MAX_UPLOAD_MB');
  });
});
