import { vi } from 'vitest';

const constructors = {
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  Int16Array,
  Int32Array,
  Float32Array,
  Float64Array,
} as const;

/** Bytes of all typed arrays that are created during the work, whether or not they are freed. */
export function allocatedBytes(work: () => void): number {
  let total = 0;
  for (const [name, Original] of Object.entries(constructors)) {
    vi.stubGlobal(
      name,
      new Proxy(Original, {
        construct(target, [first, ...rest], newTarget) {
          const array = Reflect.construct(target, [first, ...rest], newTarget);
          // One over a buffer that is there takes nothing.
          if (!(first instanceof ArrayBuffer)) total += array.byteLength;
          return array;
        },
      }),
    );
  }
  try {
    work();
  } finally {
    vi.unstubAllGlobals();
  }
  return total;
}
