import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Base64Text } from '../../src/json/base64-text.ts';
import { base64Text, numberList } from '../../src/json/schemas.ts';
import { read } from './plain.ts';

const schema = z.object({ image: base64Text('Expected base64'), shape: numberList });

describe('schemas of what readJson gives', () => {
  it('take base64 of any length, and lists of numbers as plain arrays', () => {
    const long = schema.parse(read(`{"image":"${'A'.repeat(8000)}","shape":[1,224,224,3]}`));
    expect(long.image).toBeInstanceOf(Base64Text);
    expect(long.shape).toEqual([1, 224, 224, 3]);
    expect(schema.parse(read('{"image":"AAAA","shape":[]}'))).toEqual({ image: 'AAAA', shape: [] });
  });

  it.for([
    '{"image":5,"shape":[1]}',
    '{"image":"","shape":[[1]]}',
    '{"image":"","shape":["1"]}',
    `{"image":"","shape":[${'1,'.repeat(16)}1]}`,
  ])('refuse %s', (text) => {
    expect(schema.safeParse(read(text)).success).toBe(false);
  });

  it('refuse a list of a million numbers without an object for each of them', () => {
    const json = read(`{"image":"","shape":[${'0,'.repeat(1_000_000)}1]}`);
    const before = getHeapStatistics().total_allocated_bytes;
    expect(schema.safeParse(json).success).toBe(false);
    expect(getHeapStatistics().total_allocated_bytes - before).toBeLessThan(1_000_000);
  });

  it('are strings and numbers in JSON Schema', () => {
    expect(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' })).toMatchObject({
      properties: {
        image: { type: 'string', contentEncoding: 'base64' },
        shape: { type: 'array', items: { type: 'number' } },
      },
    });
  });
});
