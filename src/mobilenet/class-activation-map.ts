/**
 * Class activation maps (Zhou et al. 2016, https://arxiv.org/abs/1512.04150):
 * where in the input the evidence for an output lies. The classifier is linear
 * in the mean of the feature map, so that each position's share of a logit is
 * the classifier applied to that position alone: no gradients are needed.
 */

/** Numbers by position, from the top left: `grid[y][x]`. As wide as high. */
export type Grid = number[][];

/**
 * How far a map over the input has to be moved to the right and down to lie
 * where the evidence is, as a share of the input's side. Convolutions with
 * stride 2 and `same` padding pad on the right and at the bottom only, so that
 * a position's receptive field is centred half a position further on than an
 * even division says. Of that the trained network uses 0.2 positions: at this
 * shift the maps of photos and of their mirror images agree best.
 */
export const gridShift = 0.2 / 7;

/**
 * @param featureMap [side, side, channels], row-major
 * @param weights the classifier's for the output, one a channel
 * @returns evidence by position, of any sign. Its mean plus the output's bias is the output's logit
 * @throws RangeError where the two don't fit together
 */
export function classActivationMap(featureMap: Float32Array, weights: Float32Array): Grid {
  const channels = weights.length;
  const side = Math.sqrt(featureMap.length / channels);
  if (!Number.isInteger(side) || side === 0) {
    throw new RangeError(
      `Expected a square feature map of ${channels} channels but received ${featureMap.length} numbers.`,
    );
  }
  return Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (_, x) => {
      const start = (y * side + x) * channels;
      let evidence = 0;
      for (let channel = 0; channel < channels; channel++) {
        evidence += weights[channel] * featureMap[start + channel];
      }
      return evidence;
    }),
  );
}

/**
 * Evidence as heat, for display: 0 where there is none or evidence against, 1
 * at the strongest. All 0 where nothing speaks for the output.
 */
export function heatOf(evidence: Grid): Grid {
  const strongest = Math.max(...evidence.flat());
  return evidence.map((row) =>
    row.map((value) => (strongest > 0 ? Math.max(0, value) / strongest : 0)),
  );
}
