import { expect, test } from 'vitest';
import { fromBytes, Instantiation } from '../../../bench/engines/engine.ts';

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** One page of memory of its own, exported as "m". */
const exporting = [0x05, 0x03, 0x01, 0x00, 0x01, 0x07, 0x05, 0x01, 0x01, 0x6d, 0x02, 0x00];
/** Memory of at least one page, imported as "e" "m". */
const importing = [0x02, 0x08, 0x01, 0x01, 0x65, 0x01, 0x6d, 0x02, 0x00, 0x01];
const pageBytes = 2 ** 16;

function compile(sections: readonly number[]): WebAssembly.Module {
  return new WebAssembly.Module(Uint8Array.from([...header, ...sections]));
}

test('the heap of an engine is the memory that its binary exports', () => {
  const instantiation = new Instantiation(compile(exporting));
  expect(instantiation.heapBytes()).toBe(0);
  let given: unknown;
  const exports = instantiation.instantiateWasm({}, (instance) => {
    given = instance.exports;
  });
  expect(given).toBe(exports);
  expect(instantiation.heapBytes()).toBe(pageBytes);
  (exports.m as WebAssembly.Memory).grow(1);
  expect(instantiation.heapBytes()).toBe(2 * pageBytes);
});

test('the heap of an engine is the memory that its binary imports', () => {
  const instantiation = new Instantiation(compile(importing));
  instantiation.source({ e: { m: new WebAssembly.Memory({ initial: 3 }) } });
  expect(instantiation.heapBytes()).toBe(3 * pageBytes);
});

test('an engine without its binary is refused', () => {
  expect(() => new Instantiation(undefined)).toThrow('no WebAssembly module');
});

test('quantised probabilities are exact 256ths', () => {
  expect([...fromBytes(Uint8Array.of(0, 1, 213, 255))]).toEqual([0, 1 / 256, 213 / 256, 255 / 256]);
});
