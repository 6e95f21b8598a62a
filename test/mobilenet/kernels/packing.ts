/** From the plain model's numbers to what the kernels' docstrings ask for; weights are packed as Petal packs its own. */
import type { Layer, LayerKind } from '../../../src/mobilenet/layer-table.ts';
import { packWeights } from '../../../src/mobilenet/packed-weights.ts';

/** @returns the bytes that activations are stored as */
export function stored(values: Int8Array, storedOffset: number): Uint8Array {
  return Uint8Array.from(values, (value) => value + storedOffset);
}

/** @returns the activations that such bytes are */
export function unstored(bytes: Uint8Array, storedOffset: number): Int8Array {
  return Int8Array.from(bytes, (byte) => byte - storedOffset);
}

/** @param weights HWIO */
export function packed(
  kind: LayerKind,
  inputChannels: number,
  outputChannels: number,
  weights: Int8Array,
): Uint8Array {
  const parameters = { name: kind, stride: 1, activation: 'linear' } as const;
  const layer: Layer = { ...parameters, kind, inputChannels, outputChannels };
  return new Uint8Array(packWeights(layer, weights).buffer);
}

/**
 * What sums begin with: the biases, less what the inputs' zero point amounts to.
 *
 * @param weights [inputs, outputs]
 * @param storedZero the inputs' zero point as it is stored
 */
function startsOf(biases: Int32Array, weights: Int8Array, storedZero: number): Int32Array {
  return biases.map((bias, output) => {
    let start = bias;
    for (let at = output; at < weights.length; at += biases.length) {
      start -= weights[at] * storedZero;
    }
    return start;
  });
}

/**
 * @param weights HWIO, or HWC
 * @param storedZero the inputs' zero point as it is stored
 * @returns [ceil(outputs / 8)]: int32 [8], what the sums begin with; float32 [8], multipliers
 */
export function packedChannels(
  weights: Int8Array,
  { biases, multipliers }: { readonly biases: Int32Array; readonly multipliers: Float32Array },
  storedZero: number,
): Uint8Array {
  const starts = startsOf(biases, weights, storedZero);
  const bytes = new DataView(new ArrayBuffer(Math.ceil(starts.length / 8) * 64));
  for (let output = 0; output < starts.length; output++) {
    const at = (output >> 3) * 64 + (output & 7) * 4;
    bytes.setInt32(at, starts[output], true);
    bytes.setFloat32(at + 32, multipliers[output], true);
  }
  return new Uint8Array(bytes.buffer);
}
