/**
 * An embedding at the length 1 (L2), so that the dot product of two is their
 * cosine similarity.
 *
 * @param embedding stays as it is
 * @returns a new vector; one of zeros stays zeros
 */
export function normalised(embedding: Float32Array): Float32Array {
  const length = Math.hypot(...embedding);
  return length === 0 ? embedding.slice() : embedding.map((value) => value / length);
}
