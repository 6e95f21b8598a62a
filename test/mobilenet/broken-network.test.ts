import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { engine, getKernel } from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { AppError } from '../../src/errors.ts';
import {
  keepNetwork,
  type LoadedNetwork,
  loadNetwork,
  type NetworkAssets,
} from '../../src/mobilenet/network.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { seededRandom } from '../../src/seeded-random.ts';

const random = seededRandom(1);
const input = Uint8Array.from({ length: 224 * 224 * 3 }, () => random() * 256);
const unavailable = expect.objectContaining({ code: 'model-unavailable' });

let assets: NetworkAssets;
let expected: Float32Array;

beforeAll(async () => {
  // Its kernels allocate at each photo, so that every way to break is open.
  assets = { ...(await readAssets(inject('artifactPath'))), arithmetic: 'float32' };
  expected = loadNetwork(assets).infer(input).probabilities;
});

afterEach(() => {
  allowGrowth();
  vi.restoreAllMocks();
});

/** A kept network that counts how often it is loaded. Holds none itself, as a spy would. */
function keepCounting(): { keep: () => LoadedNetwork; loads: () => number } {
  let loads = 0;
  const keep = keepNetwork(() => {
    loads += 1;
    return loadNetwork(assets);
  });
  return { keep, loads: () => loads };
}

const { grow } = WebAssembly.Memory.prototype;

/** Lets the WASM memory grow a number of times more, and then fails as a full isolate does. */
function refuseGrowth(after = 0): void {
  let calls = 0;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (++calls > after) throw new RangeError('WebAssembly.Memory.grow(): Unable to grow');
    return grow.call(this, pages);
  };
}

function allowGrowth(): void {
  WebAssembly.Memory.prototype.grow = grow;
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

/** Throws away what nobody refers to. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose_gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    // A WeakRef that was looked at holds on until the task ends.
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
}

/** To the instance of a network and to its memory; nothing else of it stays on the stack. */
function keepReferences(): WeakRef<object>[] {
  const { wasm } = engine().backend as unknown as { wasm: { HEAPU8: Uint8Array } };
  return [new WeakRef(wasm), new WeakRef(wasm.HEAPU8.buffer)];
}

function breakNetwork(network: LoadedNetwork): unknown {
  refuseGrowth();
  const refusal = thrownBy(() => network.infer(input));
  allowGrowth();
  return refusal;
}

describe('a network whose memory can not grow', () => {
  test('refuses the photo, and answers the next with another instance', () => {
    const { keep, loads } = keepCounting();
    const network = keep();
    const tensors = network.tensorCount();
    const refusal = breakNetwork(network);
    expect(refusal).toEqual(unavailable);
    expect((refusal as AppError).cause).toMatchObject({ message: /memory/ });

    expect(loads()).toBe(1);
    expect(network.infer(input).probabilities).toEqual(expected);
    expect(keep().infer(input).probabilities).toEqual(expected);
    expect(network.tensorCount()).toBe(tensors);
    expect(loads()).toBe(2);
  });

  test('refuses while it can not be loaded, and is loaded once there is memory', () => {
    const { keep } = keepCounting();
    for (const growths of [0, 2, 4]) {
      refuseGrowth(growths);
      expect(keep).toThrow(unavailable);
      allowGrowth();
    }
    expect(keep().infer(input).probabilities).toEqual(expected);
    expect(keep().tensorCount()).toBe(106);
  });

  test('gives its memory back before there is another', async () => {
    const { keep } = keepCounting();
    const network = keep();
    const references = keepReferences();
    // Kept, as whoever logs or answers it does for a while.
    const refusal = breakNetwork(network);
    await collectGarbage();
    // Compared here, since printing 58 MB of memory takes minutes.
    expect(references.map((reference) => reference.deref() === undefined)).toEqual([true, true]);
    expect(refusal).toEqual(unavailable);
  });
});

describe('a network that breaks otherwise', () => {
  test.for([
    ['a trap', new WebAssembly.RuntimeError('unreachable')],
    ['memory that is short', new RangeError('Array buffer allocation failed')],
    ['an error of tfjs', new Error("Cannot read properties of undefined (reading 'id')")],
  ] as const)('is loaded anew after %s', ([, error]) => {
    const { keep, loads } = keepCounting();
    keep();
    vi.spyOn(engine().backend, 'write').mockImplementation(() => {
      throw error;
    });
    expect(thrownBy(() => keep().infer(input))).toMatchObject({
      code: 'model-unavailable',
      cause: error,
    });
    expect(keep().infer(input).probabilities).toEqual(expected);
    expect(keep().tensorCount()).toBe(106);
    expect(loads()).toBe(2);
  });

  test('is not loaded while its kernels leave garbage, and says so', () => {
    const { keep } = keepCounting();
    const softmax = getKernel('Softmax', 'wasm');
    const { setupFunc } = softmax;
    // As a kernel that fails without a word: its output is what was in memory.
    softmax.setupFunc = () => setupFunc?.({ wasm: { cwrap: () => () => undefined } });
    try {
      expect(thrownBy(keep)).toMatchObject({
        code: 'model-unavailable',
        cause: { message: /^The network is broken: its probabilities sum to/ },
      });
    } finally {
      if (setupFunc !== undefined) softmax.setupFunc = setupFunc;
    }
    expect(keep().infer(input).probabilities).toEqual(expected);
  });

  test('can be loaded twice in a row, and the first one leaves the second alone', () => {
    const first = loadNetwork(assets);
    const second = loadNetwork(assets);
    first.dispose();
    expect(second.infer(input).probabilities).toEqual(expected);
    expect(second.tensorCount()).toBe(106);
    second.dispose();
    expect(second.wasmHeapBytes()).toBe(0);
  });
});

describe('a request that is wrong', () => {
  test('does not break the network', () => {
    const { keep, loads } = keepCounting();
    const network = keep();
    expect(() => network.infer(input.subarray(3))).toThrow(
      expect.objectContaining({ code: 'invalid-parameter' }),
    );
    for (const level of [0, 127, 255]) {
      const { probabilities } = network.infer(new Uint8Array(input.length).fill(level));
      expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    }
    expect(network.infer(input).probabilities).toEqual(expected);
    expect(loads()).toBe(1);
  });
});

describe('keepNetwork', () => {
  test('loads once', () => {
    const { keep, loads } = keepCounting();
    expect(keep()).toBe(keep());
    expect(keep().metadata.model).toBe('mobilenet_v2_1.0_224');
    expect(loads()).toBe(1);
  });

  test('refuses with model-unavailable while loading fails, and tries again each time', () => {
    let fails = true;
    const keep = keepNetwork(() => {
      if (fails) throw new Error('no memory');
      return loadNetwork(assets);
    });
    expect(keep).toThrow(unavailable);
    expect(keep).toThrow(unavailable);
    fails = false;
    expect(keep().inputSize).toBe(224);
  });
});

describe('a network in int8 whose kernels trap', () => {
  test('is loaded anew, gives its memory back, and answers the same bytes', async () => {
    const int8: NetworkAssets = { ...assets, arithmetic: 'int8' };
    let loads = 0;
    const keep = keepNetwork(() => {
      loads += 1;
      return loadNetwork(int8);
    });
    const answer = keep().infer(input);
    const references = keepReferences();
    const trap = new WebAssembly.RuntimeError('memory access out of bounds');
    const runKernel = vi.spyOn(engine(), 'runKernel').mockImplementation(() => {
      throw trap;
    });
    const refusal = thrownBy(() => keep().infer(input));
    runKernel.mockRestore();
    expect(refusal).toMatchObject({ code: 'model-unavailable', cause: trap });
    expect(getKernel('Int8Stem', 'wasm')).toBeUndefined();
    await collectGarbage();
    expect(references.map((reference) => reference.deref() === undefined)).toEqual([true, true]);
    expect(keep().infer(input)).toEqual(answer);
    expect(loads).toBe(2);
  });
});
