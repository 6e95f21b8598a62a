/**
 * The coefficients of t^0 to t^6 by channel: Matt Zucker's fit
 * (https://www.shadertoy.com/view/WlfXRN, public domain) to matplotlib's
 * inferno by Nathaniel Smith and Stéfan van der Walt (CC0).
 */
const coefficients = [
  [0.0002189403691192265, 0.001651004631001012, -0.01948089843709184],
  [0.1065134194856116, 0.5639564367884091, 3.932712388889277],
  [11.60249308247187, -3.972853965665698, -15.9423941062914],
  [-41.70399613139459, 17.43639888205313, 44.35414519872813],
  [77.162935699427, -33.40235894210092, -81.80730925738993],
  [-71.31942824499214, 32.62606426397723, 73.20951985803202],
  [25.13112622477341, -12.24266895238567, -23.07032500287172],
] as const;

const steps = 256;

const table = Array.from({ length: steps }, (_, step) => {
  const t = step / (steps - 1);
  return [0, 1, 2].map((channel) => {
    const value = coefficients.reduceRight((sum, row) => sum * t + row[channel], 0);
    return Math.round(255 * Math.min(Math.max(value, 0), 1));
  });
});

/**
 * The colour map inferno: black, purple, orange, yellow. Its lightness grows
 * evenly, so that it reads the same for colour-blind people and in print.
 *
 * @param value 0..1
 * @returns 8-bit sRGB; the table's own, only to be read
 */
export function inferno(value: number): readonly number[] {
  return table[Math.round(Math.min(Math.max(value, 0), 1) * (steps - 1))];
}
