import { embeddingLength } from '../classes/head.ts';
import { seededRandom } from '../seeded-random.ts';

/**
 * Cosine of two embeddings from which on they are taken for one photo, saved
 * anew, reduced, or of the same moment. Of 300 photos of flowers, no two are
 * closer than 0.88.
 */
export const alikeCosine = 0.95;

/** Numbers that an embedding is first reduced to, by a random projection (Johnson and Lindenstrauss 1984). */
const sketchLength = 64;

/**
 * A sketch's cosine errs by (1 - cosine^2) / 8 (standard deviation): this far
 * below the cosine that is looked for it misses one pair in a hundred million.
 */
const sketchMargin = 0.07;

/**
 * Groups photos that look the same, by their embeddings.
 *
 * @param embeddings each [1280]
 * @returns the group of each: the place of its first photo
 */
export function groupAlike(embeddings: readonly Float32Array[]): Int32Array {
  const groups = Int32Array.from(embeddings.keys());
  const units = embeddings.map(unit);
  const sketches = sketchesOf(units);
  for (let i = 0; i < units.length; i++) {
    for (let j = 0; j < i; j++) {
      if (dot(sketches[i], sketches[j]) < alikeCosine - sketchMargin) continue;
      if (dot(units[i], units[j]) < alikeCosine) continue;
      const [first, second] = [groups[i], groups[j]].sort((a, b) => a - b);
      for (let k = 0; k <= i; k++) if (groups[k] === second) groups[k] = first;
    }
  }
  return groups;
}

function sketchesOf(units: readonly Float32Array[]): Float32Array[] {
  const random = seededRandom(1);
  const axes = Array.from({ length: sketchLength }, () =>
    Float32Array.from({ length: embeddingLength }, () => gaussian(random)),
  );
  return units.map((values) => unit(Float32Array.from(axes, (axis) => dot(axis, values))));
}

/** By G. E. P. Box and M. E. Muller 1958. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function unit(values: Float32Array): Float32Array {
  const length = Math.sqrt(dot(values, values)) || 1;
  return values.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
