/**
 * The arithmetic of the int8 kernels as plainly as it can be written: numbers of activations and weights as TFLite
 * has them, no layout but row-major, one operation after the other. Its 8-bit specification
 * (https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec) leaves rounding to the
 * engine; here it is that of XNNPACK's float32 requantisation.
 */

/** What sums become: int8 with a zero point, within the range that an activation function leaves. */
export interface OutputRange {
  readonly zeroPoint: number;
  readonly lowest: number;
  readonly highest: number;
}

/** All of int8, with this zero point. */
export function wholeRange(zeroPoint: number): OutputRange {
  return { zeroPoint, lowest: -128, highest: 127 };
}

/** Activations, [height, width, channelCount]. */
export interface Activations {
  readonly values: Int8Array;
  readonly height: number;
  readonly width: number;
  readonly channelCount: number;
  readonly zeroPoint: number;
}

/** What a convolution is besides its weights; biases and multipliers are one for each of its outputs. */
export interface Convolution {
  readonly stride: number;
  readonly biases: Int32Array;
  /** Input scale times weight scale over output scale. */
  readonly multipliers: Float32Array;
  readonly range: OutputRange;
}

export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(Math.max(value, lowest), highest);
}

/** @param sum an integer, of which int32 keeps the last 32 bits */
export function requantise(sum: number, multiplier: number, range: OutputRange): number {
  const scaled = Math.fround(Math.fround(sum | 0) * multiplier);
  return clamp(roundHalfToEven(scaled) + range.zeroPoint, range.lowest, range.highest);
}

/** Rows or columns that `same` padding puts before the first. */
function paddingBefore(size: number, outputSize: number, stride: number, kernel: number): number {
  return Math.max(0, (outputSize - 1) * stride + kernel - size) >> 1;
}

/**
 * Calls back for each position of the kernel that is within the input, which alone counts: what `same` padding
 * adds is real zero.
 */
function forEachInWindow(
  x: Activations,
  { stride }: Convolution,
  kernel: number,
  [row, column]: readonly [number, number],
  visit: (kernelRow: number, kernelColumn: number, at: number) => void,
): void {
  const top = row * stride - paddingBefore(x.height, Math.ceil(x.height / stride), stride, kernel);
  const left =
    column * stride - paddingBefore(x.width, Math.ceil(x.width / stride), stride, kernel);
  for (let kernelRow = 0; kernelRow < kernel; kernelRow++) {
    for (let kernelColumn = 0; kernelColumn < kernel; kernelColumn++) {
      const [y, x0] = [top + kernelRow, left + kernelColumn];
      if (y < 0 || x0 < 0 || y >= x.height || x0 >= x.width) continue;
      visit(kernelRow, kernelColumn, (y * x.width + x0) * x.channelCount);
    }
  }
}

/**
 * @param weights HWIO: [kernel, kernel, x.channelCount, outputs]
 * @returns [ceil(height / stride), ceil(width / stride), outputs]
 */
export function convolve(
  x: Activations,
  weights: Int8Array,
  kernel: number,
  convolution: Convolution,
): Int8Array {
  const { stride, biases, multipliers, range } = convolution;
  const y: number[] = [];
  for (let row = 0; row < Math.ceil(x.height / stride); row++) {
    for (let column = 0; column < Math.ceil(x.width / stride); column++) {
      for (let output = 0; output < biases.length; output++) {
        let sum = biases[output];
        forEachInWindow(x, convolution, kernel, [row, column], (kernelRow, kernelColumn, at) => {
          for (let input = 0; input < x.channelCount; input++) {
            const position = (kernelRow * kernel + kernelColumn) * x.channelCount + input;
            const weight = weights[position * biases.length + output];
            sum += (x.values[at + input] - x.zeroPoint) * weight;
          }
        });
        y.push(requantise(sum, multipliers[output], range));
      }
    }
  }
  return Int8Array.from(y);
}

/**
 * @param weights [kernel, kernel, channelCount]
 * @returns [ceil(height / stride), ceil(width / stride), channelCount]
 */
export function convolveDepthwise(
  x: Activations,
  weights: Int8Array,
  kernel: number,
  convolution: Convolution,
): Int8Array {
  const { stride, biases, multipliers, range } = convolution;
  const y: number[] = [];
  for (let row = 0; row < Math.ceil(x.height / stride); row++) {
    for (let column = 0; column < Math.ceil(x.width / stride); column++) {
      for (let channel = 0; channel < x.channelCount; channel++) {
        let sum = biases[channel];
        forEachInWindow(x, convolution, kernel, [row, column], (kernelRow, kernelColumn, at) => {
          const weight = weights[(kernelRow * kernel + kernelColumn) * x.channelCount + channel];
          sum += (x.values[at + channel] - x.zeroPoint) * weight;
        });
        y.push(requantise(sum, multipliers[channel], range));
      }
    }
  }
  return Int8Array.from(y);
}

/** A term of a sum: its multiplier is its scale over the sum's, in units of 2^-shift. */
export interface Term {
  readonly values: Int8Array;
  readonly zeroPoint: number;
  readonly multiplier: number;
}

/** @returns the sums, rounded half up, with the zero point of their own */
export function addTerms(a: Term, b: Term, shift: number, zeroPoint: number): Int8Array {
  return a.values.map((value, at) => {
    const sum = (value - a.zeroPoint) * a.multiplier + (b.values[at] - b.zeroPoint) * b.multiplier;
    return clamp(Math.floor((sum + 2 ** (shift - 1)) / 2 ** shift) + zeroPoint, -128, 127);
  });
}

/**
 * The mean of each channel over all positions.
 *
 * @param multiplier input scale over output scale and the number of positions
 */
export function meanOf(x: Activations, multiplier: number, zeroPoint: number): Int8Array {
  const positions = x.height * x.width;
  return Int8Array.from({ length: x.channelCount }, (_, channel) => {
    let sum = 0;
    for (let position = 0; position < positions; position++) {
      sum += x.values[position * x.channelCount + channel] - x.zeroPoint;
    }
    return requantise(sum, multiplier, wholeRange(zeroPoint));
  });
}

/** exp(-scale * difference) in float32 by the difference to the largest logit, 0 to 255. */
export function exponentialsOf(scale: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 256 }, (_, k) => Math.exp(Math.fround(-scale * k)));
}

/** Probabilities, in float32 at each step, and summed from the first to the last. */
export function softmaxOf(logits: Int8Array, exponentials: Float32Array): Float32Array {
  const largest = Math.max(...logits);
  const y = Float32Array.from(logits, (logit) => exponentials[largest - logit]);
  const share = Math.fround(1 / y.reduce((total, value) => Math.fround(total + value), 0));
  return y.map((value) => value * share);
}
