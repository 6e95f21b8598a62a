/** What a network calculates with: TFLite's int8 by Petal's kernels, or float32 by tfjs's own. */
export const arithmetics = ['int8', 'float32'] as const;
export type Arithmetic = (typeof arithmetics)[number];
