/**
 * 8-bit activations, as TFLite's specification has them
 * (https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec).
 */

/** real = scale * (int8 - zeroPoint). */
export interface Quantisation {
  readonly scale: number;
  /** -128..127 */
  readonly zeroPoint: number;
}

/** How the activations of a network are quantised. */
export interface ActivationQuantisation {
  /** Of the pixels: value - 128 as int8. */
  readonly input: Quantisation;
  /** What comes out of each layer, by its name. */
  readonly layers: Readonly<Record<string, Quantisation>>;
  /** What comes out of each residual block, by its name. */
  readonly sums: Readonly<Record<string, Quantisation>>;
  /** The mean that the classifier sees. */
  readonly embedding: Quantisation;
}

/** To the nearest integer, of two the even one, as C's `lrintf` rounds. */
export function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The range that int8 outputs are clamped to: an activation function's, or all that there is. */
export function outputRange(
  { scale, zeroPoint }: Quantisation,
  activation: 'relu6' | 'linear',
): { readonly lowest: number; readonly highest: number } {
  if (activation === 'linear') return { lowest: -128, highest: 127 };
  return {
    lowest: Math.max(-128, zeroPoint),
    highest: Math.min(127, zeroPoint + roundToEven(Math.fround(6 / scale))),
  };
}

/**
 * @param stored bytes of activations: int8 + offset
 * @param offset 128 where they are unsigned, 0 where signed
 * @returns real values, as many
 */
export function dequantise(
  stored: Uint8Array,
  offset: number,
  { scale, zeroPoint }: Quantisation,
): Float32Array {
  const reals = Float32Array.from({ length: 256 }, (_, byte) => {
    const value = offset === 0 && byte > 127 ? byte - 256 : byte - offset;
    return scale * (value - zeroPoint);
  });
  const values = new Float32Array(stored.length);
  for (let i = 0; i < stored.length; i++) values[i] = reals[stored[i]];
  return values;
}

/** The other way round, to the nearest int8, into `stored`. */
export function quantise(
  values: Float32Array,
  offset: number,
  { scale, zeroPoint }: Quantisation,
  stored: Uint8Array,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = Math.round(values[i] / scale) + zeroPoint;
    stored[i] = Math.min(Math.max(value, -128), 127) + offset;
  }
}
