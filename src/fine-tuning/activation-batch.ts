/** What layers hand on: activations of several photos. */
export interface ActivationBatch {
  /** [photos, side, side, channels], row-major. */
  readonly values: Float32Array;
  readonly photos: number;
  /** Positions across and down. */
  readonly side: number;
  readonly channels: number;
}
