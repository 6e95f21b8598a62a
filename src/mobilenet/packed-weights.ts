/**
 * Weights in the order in which the int8 kernels read them (src/mobilenet/kernels/): four inputs of an
 * output side by side, as one instruction multiplies them, and as many outputs as one step works out.
 */
import { type Layer, weightShape } from './layer-table.ts';

/** Inputs of one output that stand side by side. */
const lanes = 4;
const pointwiseOutputs = 8;
const depthwiseChannels = 16;
/** A window's row of three pixels has 9 values, and 3 that are 0. */
const stemRowValues = 12;

/** A layer's weights as they are stored: [blocks of outputs, steps, outputs of a block, 4 inputs]. */
export function packedShape({ kind, inputChannels, outputChannels }: Layer): number[] {
  if (kind === 'depthwise') {
    return [Math.ceil(outputChannels / depthwiseChannels), 3, depthwiseChannels, lanes];
  }
  const blocks = Math.ceil(outputChannels / pointwiseOutputs);
  const values = kind === 'stem' ? 3 * stemRowValues : inputChannels;
  return [blocks, Math.ceil(values / lanes), pointwiseOutputs, lanes];
}

/** Where each of a layer's weights stands among the packed ones: in the order of HWIO. */
function* packedPlaces(layer: Layer): Generator<number> {
  const [height, width, inputs, outputs] = weightShape(layer);
  if (layer.kind === 'depthwise') {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let channel = 0; channel < inputs; channel++) {
          const block = Math.floor(channel / depthwiseChannels);
          const inBlock = channel % depthwiseChannels;
          yield ((block * 3 + column) * depthwiseChannels + inBlock) * lanes + row;
        }
      }
    }
    return;
  }
  const steps = packedShape(layer)[1];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let input = 0; input < inputs; input++) {
        // For the stem a row of the window, padded; otherwise just the input.
        const value = row * stemRowValues + column * inputs + input;
        for (let output = 0; output < outputs; output++) {
          yield placeOf(value, output, steps);
        }
      }
    }
  }
}

function placeOf(value: number, output: number, steps: number): number {
  const block = Math.floor(output / pointwiseOutputs);
  const step = block * steps + Math.floor(value / lanes);
  return (step * pointwiseOutputs + (output % pointwiseOutputs)) * lanes + (value % lanes);
}

/**
 * @param weights int8, HWIO
 * @returns the same in the shape of {@link packedShape}, with 0 where there is no weight
 */
export function packWeights(layer: Layer, weights: Int8Array): Int8Array {
  const packed = new Int8Array(packedShape(layer).reduce((product, side) => product * side, 1));
  let i = 0;
  for (const place of packedPlaces(layer)) packed[place] = weights[i++];
  return packed;
}

/** @returns int8, HWIO, from the shape of {@link packedShape} */
export function unpackWeights(layer: Layer, packed: Int8Array): Int8Array {
  const weights = new Int8Array(weightShape(layer).reduce((product, side) => product * side, 1));
  let i = 0;
  for (const place of packedPlaces(layer)) weights[i++] = packed[place];
  return weights;
}

/** A pointwise layer's weights of one output, one for each input; none of the others are looked at. */
export function packedOutput(layer: Layer, packed: Int8Array, output: number): Int8Array {
  const steps = packedShape(layer)[1];
  return Int8Array.from(
    { length: layer.inputChannels },
    (_, input) => packed[placeOf(input, output, steps)],
  );
}

/** The sum of each output's weights. */
export function weightSums(layer: Layer, packed: Int8Array): Int32Array {
  const [blocks, steps, outputs] = packedShape(layer);
  const sums = new Int32Array(blocks * outputs);
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    for (let step = 0; step < steps; step++) {
      for (let output = block * outputs; output < (block + 1) * outputs; output++) {
        for (const end = at + lanes; at < end; at++) sums[output] += packed[at];
      }
    }
  }
  return sums.subarray(0, layer.outputChannels);
}
