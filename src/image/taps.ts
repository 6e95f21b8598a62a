/** Samples that each output position is interpolated from, and their weights. */
export interface Taps {
  readonly outputs: number;
  /** Samples an output: 2 of a picture that is not reduced, 4 of one that is. */
  readonly each: 2 | 4;
  /** In samples of the scaled picture, ascending; `each` for an output. */
  readonly samples: Int32Array;
  readonly weights: Float32Array;
}

/** How much a mean over a box differs from the value in its middle, to the second order: see {@link linearTaps}. */
const boxCorrection = 1 / 24;

/**
 * Linear interpolation with half-pixel centres: output i of n, over `length`
 * stored pixels from `start`, lies at start + (i + 0.5) * length / n, which is
 * half a sample more than a sample's number, held inside the `samples` that are.
 *
 * Where samples are means of `reduction` pixels, the values in their middles
 * are interpolated instead: m - (m[-1] - 2m + m[+1]) / 24, by the Taylor
 * series of a mean over a box. Reduced photos would otherwise be a little
 * softer than others, which costs answers.
 */
export function linearTaps(
  start: number,
  length: number,
  reduction: number,
  samples: number,
  outputs: number,
): Taps {
  const each = reduction === 1 ? 2 : 4;
  const before = each / 2 - 1;
  const taps = {
    outputs,
    each,
    samples: new Int32Array(outputs * each),
    weights: new Float32Array(outputs * each),
  } as const;
  for (let i = 0, first = 0; i < outputs; i++, first += each) {
    const center = (start + ((i + 0.5) * length) / outputs) / reduction - 0.5;
    const position = Math.min(Math.max(center, 0), samples - 1);
    const below = Math.floor(position);
    for (let tap = 0; tap < each; tap++) {
      const sample = Math.min(Math.max(below - before + tap, 0), samples - 1);
      taps.samples[first + tap] = sample;
    }
    const above = position - below;
    const rest = 1 - above;
    if (each === 2) {
      taps.weights[first] = rest;
      taps.weights[first + 1] = above;
      continue;
    }
    taps.weights[first] = -rest * boxCorrection;
    taps.weights[first + 1] = rest + (2 * rest - above) * boxCorrection;
    taps.weights[first + 2] = above + (2 * above - rest) * boxCorrection;
    taps.weights[first + 3] = -above * boxCorrection;
  }
  return taps;
}

/** The last sample that an output needs. */
export function lastTap({ each, samples }: Taps, output: number): number {
  return samples[(output + 1) * each - 1];
}
