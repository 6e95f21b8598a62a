import type { Measured } from './rounds.ts';
import { petalFloat32 } from './rows.ts';

/**
 * How far an engine's probabilities may be from Petal's in float32, by what it
 * computes in: other orders of adding, or activations in 256 steps.
 */
const tolerances = { float32: 1e-4, int8: 0.25 } as const;

type Answered = Pick<Measured, 'row' | 'runtime' | 'answers'>;

/**
 * A fast wrong answer is worth nothing: float32 engines have to answer what
 * Petal does, int8 engines roughly that, and all of them the very same.
 *
 * @param photos names, in the order of the answers
 * @returns what differs, a sentence each
 */
export function findWrongAnswers(
  measured: readonly Answered[],
  photos: readonly string[],
): string[] {
  const float32 = measured.find(({ row }) => row.name === petalFloat32);
  const int8 = measured.find(({ row }) => row.arithmetic === 'int8');
  const wrong: string[] = [];
  for (const { row, runtime, answers } of measured) {
    for (const [i, answer] of answers.entries()) {
      const where = `${photos[i]}: ${row.name} in ${runtime}`;
      const fromFloat32 = largestDifference(answer, float32?.answers[i] ?? answer);
      const tolerance = tolerances[row.arithmetic];
      if (!(fromFloat32 <= tolerance)) {
        wrong.push(`${where} is ${fromFloat32} from ${petalFloat32}, more than ${tolerance}.`);
      }
      if (row.arithmetic !== 'int8' || int8 === undefined) continue;
      const fromInt8 = largestDifference(answer.map(toByte), int8.answers[i].map(toByte));
      if (fromInt8 !== 0) {
        wrong.push(
          `${where} is ${fromInt8} steps of 1/256 from ${int8.row.name} in ${int8.runtime}.`,
        );
      }
    }
  }
  return wrong;
}

/** Of all answers, from Petal's in float32. */
export function largestDifferences(measured: readonly Answered[]): number[] {
  const float32 = measured.find(({ row }) => row.name === petalFloat32);
  return measured.map(({ answers }) =>
    Math.max(...answers.map((answer, i) => largestDifference(answer, float32?.answers[i] ?? []))),
  );
}

/** As TFLite writes probabilities. Petal gives them as they were before. */
function toByte(probability: number): number {
  return Math.min(255, Math.round(probability * 256));
}

/** NaN where one is longer than the other. */
function largestDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
