import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberArray } from '../../src/json/number-array.ts';
import { readJson } from '../../src/json/read-json.ts';
import { read, rounded, toPlain } from './plain.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });

/** Nested arrays of the numbers 0.1, 1.1, 2.1 and so on. */
function tensor([length, ...shape]: readonly number[], first = 0): unknown[] {
  const size = shape.reduce((product, i) => product * i, 1);
  return Array.from({ length }, (_, i) => {
    const start = first + i * size;
    return shape.length === 0 ? start + 0.1 : tensor(shape, start);
  });
}

describe('arrays of numbers', () => {
  it('become one NumberArray of any regular shape, which counts as one value', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const text = JSON.stringify({ instances: tensor(shape) });
        const body = new TextEncoder().encode(text);
        const { instances } = readJson(body, { maxValues: 2 }) as { instances: NumberArray };
        expect(instances).toBeInstanceOf(NumberArray);
        expect(instances.shape).toEqual(shape);
        expect(Array.from(instances.values)).toEqual(
          Array.from(instances.values, (_, i) => Math.fround(i + 0.1)),
        );
        expect(toPlain(instances)).toEqual(rounded(tensor(shape)));
      }),
    );
  });

  it('lie apart where there are several', () => {
    const value = read('{"a":[[1,2],[3,4]],"b":[5,6],"c":[7,"x"],"d":[8]}');
    expect(toPlain(value)).toEqual({
      a: [
        [1, 2],
        [3, 4],
      ],
      b: [5, 6],
      c: [7, 'x'],
      d: [8],
    });
    expect(value).toMatchObject({ a: { shape: [2, 2] }, b: { shape: [2] }, d: { shape: [1] } });
  });

  it.for([
    '[]',
    '[[]]',
    '[[],[1]]',
    '[[1],[]]',
    '[[1],[2,3]]',
    '[[1],[2],3]',
    '[[1],[2],"x"]',
    '[[1,2],[3,"x"],[4,5]]',
    '[[[1],[2]],[[3],[4]],[[5],[6,7]]]',
    '[[[1],[2]],[[3],4]]',
    '[[[1]],[[1,2]],[[["x"]]],[[1]]]',
    '[[1,2],["x",[9]],[3,4]]',
    '[1,2,[3]]',
    '[0.1,0.2,null]',
    '[[1],{"a":[2,3]},[4]]',
  ])('stay arrays where they hold other things or are not regular: %s', (text) => {
    const value = read(text);
    expect(value).toBeInstanceOf(Array);
    expect(toPlain(value)).toEqual(rounded(JSON.parse(text)));
  });

  it('count one by one where they are not regular', () => {
    const body = new TextEncoder().encode(`[${'[1],'.repeat(99)}[1,2]]`);
    expect(readJson(body, { maxValues: 101 })).toHaveLength(100);
    expect(() => readJson(body, { maxValues: 100 })).toThrow('more than 100 values');
  });

  it('hold no more numbers than the limit, together', () => {
    const body = new TextEncoder().encode('{"a":[1,2,3],"b":[[4],[5]]}');
    expect(toPlain(readJson(body, { maxNumbers: 5 }))).toEqual({ a: [1, 2, 3], b: [[4], [5]] });
    expect(() => readJson(body, { maxNumbers: 4 })).toThrow('more than 4 numbers');
  });

  it('have room for 32 inputs of the network and their shape', () => {
    const count = 32 * 224 * 224 * 3;
    const body = new TextEncoder().encode(
      `{"shape":[32,224,224,3],"data":[${'0,'.repeat(count - 1)}0]}`,
    );
    expect(readJson(body)).toMatchObject({ data: { shape: [count] } });
    const longer = new TextEncoder().encode(`[${'0,'.repeat(count + 1000)}0]`);
    expect(() => readJson(longer)).toThrow('numbers in arrays');
  });
});
