import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Artifact, openArtifact } from '../../src/mobilenet/artifact.ts';
import { type PreparedCalls, prepareInt8Calls } from '../../src/mobilenet/int8-calls.ts';
import { readAssets } from '../../src/runtime/node.ts';

const address = 64;
let artifact: Artifact;

beforeAll(async () => {
  artifact = openArtifact((await readAssets(inject('artifactPath'))).artifact);
});

function filled({ weightBytes, fill }: PreparedCalls): Uint8Array {
  const memory = new Uint8Array(address + weightBytes + 64).fill(0xaa);
  fill(memory, address);
  return memory;
}

/** Where the groups of first sums begin, layer by layer, and how many bytes they take. */
function channelPlaces(): { name: string; place: number; outputs: number }[] {
  let place = address + artifact.packedWeights.length;
  return artifact.blocks
    .flatMap(({ layers }) => layers)
    .map(({ name, outputChannels: outputs }) => {
      const found = { name, place, outputs };
      place += Math.ceil(outputs / 8) * 64;
      return found;
    });
}

function firstSums(memory: Uint8Array, place: number, outputs: number): Int32Array {
  const words = new Int32Array(memory.buffer, place, Math.ceil(outputs / 8) * 16);
  return Int32Array.from({ length: outputs }, (_, i) => words[Math.floor(i / 8) * 16 + (i % 8)]);
}

describe('constants of the int8 kernels', () => {
  test('fill just their place, with the weights as the artifact has them', () => {
    const prepared = prepareInt8Calls(artifact, 128);
    const memory = filled(prepared);
    expect(memory.subarray(0, address).every((byte) => byte === 0xaa)).toBe(true);
    expect(memory.subarray(-64).every((byte) => byte === 0xaa)).toBe(true);
    const { packedWeights } = artifact;
    const copied = memory.subarray(address, address + packedWeights.length);
    expect(Buffer.compare(copied, new Uint8Array(packedWeights))).toBe(0);
  });

  test('begin sums 128 times the sum of the weights higher where activations are signed', () => {
    const unsigned = filled(prepareInt8Calls(artifact, 128));
    const signed = filled(prepareInt8Calls(artifact, 0));
    const layers = artifact.blocks.flatMap((block) => block.layers);
    for (const [l, { name, place, outputs }] of channelPlaces().entries()) {
      const { weights } = artifact.weightsOf(layers[l]);
      const expected = firstSums(unsigned, place, outputs);
      // The output channel is innermost.
      for (const [i, weight] of weights.entries()) expected[i % outputs] += 128 * weight;
      expect(firstSums(signed, place, outputs), name).toEqual(expected);
    }
  });

  test('are read inside the weights, and the arena used inside its bytes', () => {
    const prepared = prepareInt8Calls(artifact, 128);
    const weights = 1 << 24;
    const arena = 1 << 25;
    const { blocks, pool, classify } = prepared.callsAt(weights, arena);
    const calls = [...blocks.flat(), ...pool, ...classify];
    expect(calls).toHaveLength(52 + 10 + 1 + 2);
    const addresses = calls.flatMap(({ parameters }) => parameters).filter((n) => n >= weights);
    // No bias, multiplier or length is as large as an address.
    for (const at of addresses.filter((n) => n < arena)) {
      expect(at - weights).toBeLessThan(prepared.weightBytes);
    }
    for (const at of addresses.filter((n) => n >= arena && n < 2 * arena)) {
      expect(at - arena).toBeLessThan(artifact.plan.arenaBytes);
    }
  });
});
