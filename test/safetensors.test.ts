import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NamedTensor, openSafetensors, writeSafetensors } from '../src/safetensors.ts';

/** The bytes of a file with this header, and so many bytes of data. */
function fileOf(header: unknown, dataBytes = 16): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + dataBytes);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(text, 8);
  return file.buffer;
}

const floats: fc.Arbitrary<NamedTensor> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.boolean())
  .chain(([rows, columns, isInteger]) =>
    fc
      .array(fc.integer({ min: -1000, max: 1000 }), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((values) => ({
        name: isInteger ? 'integers' : 'floats',
        shape: [rows, columns],
        values: isInteger ? Int32Array.from(values) : Float32Array.from(values, (v) => v / 7),
      })),
  );
const bytes: fc.Arbitrary<NamedTensor> = fc
  .array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 9 })
  .map((values) => ({ name: 'bytes', shape: [values.length], values: Int8Array.from(values) }));

describe('safetensors', () => {
  test('reads what it wrote, name by name', () => {
    fc.assert(
      fc.property(
        floats,
        bytes,
        fc.dictionary(fc.string(), fc.string()),
        (first, last, metadata) => {
          const { buffer } = writeSafetensors(metadata, [first, last]);
          const file = openSafetensors(buffer);
          expect(file.names).toEqual([first.name, last.name]);
          expect(Object.entries(file.metadata)).toEqual(Object.entries(metadata));
          expect(file.shape(first.name)).toEqual(first.shape);
          const read = first.values instanceof Int32Array ? file.int32 : file.float32;
          expect(read(first.name, first.shape)).toEqual(first.values);
          expect(file.int8(last.name, last.shape)).toEqual(last.values);
        },
      ),
    );
  });

  test('lies in memory as the format says', () => {
    const values = Float32Array.of(1.5, -2);
    const { buffer } = writeSafetensors({ made: 'here' }, [{ name: 'w', shape: [2], values }]);
    const headerBytes = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, headerBytes)));
    expect(header).toEqual({
      __metadata__: { made: 'here' },
      w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    });
    expect(new Float32Array(buffer, 8 + headerBytes)).toEqual(values);
  });

  test.for<[string, NamedTensor[]]>([
    ['fewer values than its shape says', [{ name: 'a', shape: [3], values: Int8Array.of(1, 2) }]],
    [
      'values that would not be aligned',
      [
        { name: 'a', shape: [1], values: Int8Array.of(1) },
        { name: 'b', shape: [1], values: Float32Array.of(1) },
      ],
    ],
  ])('refuses to write a tensor with %s', ([, tensors]) => {
    expect(() => writeSafetensors({}, tensors)).toThrow(
      /does not fit its shape, or is not aligned/,
    );
  });

  test('takes no names from where objects have theirs', () => {
    const file = openSafetensors(fileOf({ __metadata__: {} }));
    expect(file.shape('constructor')).toBeUndefined();
    expect(() => file.float32('toString', [1])).toThrow(/missing/);
  });

  test.for<[string, unknown]>([
    ['no metadata', { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }],
    ['metadata that is not text', { __metadata__: { a: 1 } }],
    ['a list for a header', []],
    ['nothing for a header', null],
    ['a number for a header', 12],
  ])('refuses a file with %s', ([, header]) => {
    expect(() => openSafetensors(fileOf(header))).toThrow(/no metadata/);
  });

  test.for<[string, Record<string, unknown>]>([
    ['another type', { dtype: 'F64', shape: [2], data_offsets: [0, 8] }],
    ['another shape', { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] }],
    ['an end before its start', { dtype: 'F32', shape: [2], data_offsets: [8, 0] }],
    ['a start before the data', { dtype: 'F32', shape: [2], data_offsets: [-8, 0] }],
    ['a start that is no number', { dtype: 'F32', shape: [2], data_offsets: ['0', 8] }],
    ['a start that is not aligned', { dtype: 'F32', shape: [2], data_offsets: [2, 10] }],
    ['fewer bytes than its shape needs', { dtype: 'F32', shape: [2], data_offsets: [0, 4] }],
    ['no place', { dtype: 'F32', shape: [2] }],
    ['an end beyond the file', { dtype: 'F32', shape: [2], data_offsets: [16, 24] }],
  ])('refuses a tensor with %s', ([, row]) => {
    const file = openSafetensors(fileOf({ __metadata__: {}, w: row }));
    expect(() => file.float32('w', [2])).toThrow(/tensor w/);
  });

  test('believes no size that the file has not', () => {
    const length = 2 ** 40;
    const header = {
      __metadata__: {},
      w: { dtype: 'F32', shape: [length], data_offsets: [0, 4 * length] },
    };
    const file = openSafetensors(fileOf(header));
    expect(file.shape('w')).toEqual([length]);
    expect(() => file.float32('w', [length])).toThrow(/cut short/);
  });

  test.for([0, 7, 8])('refuses a file of %i bytes', (size) => {
    const file = new Uint8Array(size).fill(0xff);
    expect(() => openSafetensors(file.buffer)).toThrow(/cut short/);
  });

  test.for([0, 1])('refuses a header that is longer than the file (%i)', (upperHalf) => {
    const buffer = fileOf({ __metadata__: {} });
    new DataView(buffer).setUint32(0, 0xffff_fff8, true);
    new DataView(buffer).setUint32(4, upperHalf, true);
    expect(() => openSafetensors(buffer)).toThrow(/not a safetensors file/);
  });
});
