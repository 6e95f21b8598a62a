/** Smooths the edges of blocks (RFC 6386, section 15). */

function clampSigned(value: number): number {
  return Math.min(Math.max(value, -128), 127);
}

/**
 * Along an edge, across which samples are `step` apart.
 *
 * @param samples of one plane
 * @param at of the first sample behind the edge
 * @param step samples across the edge
 * @param along samples from one position of the edge to the next
 * @param length positions
 * @param edgeLimit the difference across the edge up to which it is smoothed
 */
export function filterSimple(
  samples: Uint8ClampedArray,
  at: number,
  step: number,
  along: number,
  length: number,
  edgeLimit: number,
): void {
  const step2 = 2 * step;
  const end = at + length * along;
  for (let q = at; q < end; q += along) {
    const p1 = samples[q - step2];
    const p0 = samples[q - step];
    const q0 = samples[q];
    const q1 = samples[q + step];
    // Nothing changes, which is often so.
    if (p0 === q0 && p1 === q1) continue;
    if (Math.abs(p0 - q0) * 2 + (Math.abs(p1 - q1) >> 1) > edgeLimit) continue;
    const adjustment = clampSigned(clampSigned(p1 - q1) + 3 * (q0 - p0));
    samples[q] = q0 - (Math.min(adjustment + 4, 127) >> 3);
    samples[q - step] = p0 + (Math.min(adjustment + 3, 127) >> 3);
  }
}

/**
 * An edge between macroblocks (15.3). For `samples` to `length`, see {@link filterSimple}.
 *
 * @param interiorLimit differences within the blocks up to which the edge is smoothed
 * @param varianceThreshold differences next to the edge above which only the nearest samples change
 */
export function filterMacroblockEdge(
  samples: Uint8ClampedArray,
  at: number,
  step: number,
  along: number,
  length: number,
  edgeLimit: number,
  interiorLimit: number,
  varianceThreshold: number,
): void {
  const step2 = 2 * step;
  const step3 = 3 * step;
  const step4 = 4 * step;
  const end = at + length * along;
  for (let q = at; q < end; q += along) {
    const p1 = samples[q - step2];
    const p0 = samples[q - step];
    const q0 = samples[q];
    const q1 = samples[q + step];
    // Nothing changes, which is often so.
    if (p0 === q0 && p1 === q1) continue;
    if (Math.abs(p0 - q0) * 2 + (Math.abs(p1 - q1) >> 1) > edgeLimit) continue;
    const p2 = samples[q - step3];
    const q2 = samples[q + step2];
    const p1Difference = Math.abs(p1 - p0);
    const q1Difference = Math.abs(q1 - q0);
    if (
      p1Difference > interiorLimit ||
      q1Difference > interiorLimit ||
      Math.abs(p2 - p1) > interiorLimit ||
      Math.abs(q2 - q1) > interiorLimit ||
      Math.abs(samples[q - step4] - p2) > interiorLimit ||
      Math.abs(samples[q + step3] - q2) > interiorLimit
    ) {
      continue;
    }
    const adjustment = clampSigned(clampSigned(p1 - q1) + 3 * (q0 - p0));
    if (p1Difference > varianceThreshold || q1Difference > varianceThreshold) {
      samples[q] = q0 - (Math.min(adjustment + 4, 127) >> 3);
      samples[q - step] = p0 + (Math.min(adjustment + 3, 127) >> 3);
      continue;
    }
    // About 3/7, 2/7 and 1/7 of the way.
    const near = (27 * adjustment + 63) >> 7;
    const middle = (18 * adjustment + 63) >> 7;
    const far = (9 * adjustment + 63) >> 7;
    samples[q - step3] = p2 + far;
    samples[q - step2] = p1 + middle;
    samples[q - step] = p0 + near;
    samples[q] = q0 - near;
    samples[q + step] = q1 - middle;
    samples[q + step2] = q2 - far;
  }
}

/** An edge between subblocks (15.3). For the parameters, see {@link filterMacroblockEdge}. */
export function filterSubblockEdge(
  samples: Uint8ClampedArray,
  at: number,
  step: number,
  along: number,
  length: number,
  edgeLimit: number,
  interiorLimit: number,
  varianceThreshold: number,
): void {
  const step2 = 2 * step;
  const step3 = 3 * step;
  const step4 = 4 * step;
  const end = at + length * along;
  for (let q = at; q < end; q += along) {
    const p1 = samples[q - step2];
    const p0 = samples[q - step];
    const q0 = samples[q];
    const q1 = samples[q + step];
    // Nothing changes, which is often so.
    if (p0 === q0 && p1 === q1) continue;
    if (Math.abs(p0 - q0) * 2 + (Math.abs(p1 - q1) >> 1) > edgeLimit) continue;
    const p2 = samples[q - step3];
    const q2 = samples[q + step2];
    const p1Difference = Math.abs(p1 - p0);
    const q1Difference = Math.abs(q1 - q0);
    if (
      p1Difference > interiorLimit ||
      q1Difference > interiorLimit ||
      Math.abs(p2 - p1) > interiorLimit ||
      Math.abs(q2 - q1) > interiorLimit ||
      Math.abs(samples[q - step4] - p2) > interiorLimit ||
      Math.abs(samples[q + step3] - q2) > interiorLimit
    ) {
      continue;
    }
    const isVaried = p1Difference > varianceThreshold || q1Difference > varianceThreshold;
    const outer = isVaried ? clampSigned(p1 - q1) : 0;
    const adjustment = clampSigned(outer + 3 * (q0 - p0));
    const qStep = Math.min(adjustment + 4, 127) >> 3;
    samples[q] = q0 - qStep;
    samples[q - step] = p0 + (Math.min(adjustment + 3, 127) >> 3);
    if (isVaried) continue;
    const half = (qStep + 1) >> 1;
    samples[q + step] = q1 - half;
    samples[q - step2] = p1 + half;
  }
}
