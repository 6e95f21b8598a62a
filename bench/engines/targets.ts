import { targetNote } from '../benchmark.ts';
import { type Measured, ratioTo } from './rounds.ts';

/** The most times that one engine may take what another takes, in the same runtime. */
interface Target {
  /** Names of rows. One that is not measured has no target. */
  readonly engine: string;
  readonly rival: string;
  readonly ratio: number;
}

const targets: readonly Target[] = [
  { engine: 'Petal, int8, relaxed SIMD', rival: 'LiteRT.js, int8, relaxed SIMD', ratio: 0.9 },
  { engine: 'Petal, int8, plain SIMD', rival: 'LiteRT.js, int8, plain SIMD', ratio: 1 },
];

/** @returns a sentence for each target and runtime in which both engines were measured */
export function targetNotes(
  measured: readonly Pick<Measured, 'row' | 'runtime' | 'roundsMs'>[],
): string[] {
  return targets.flatMap(({ engine, rival, ratio }) =>
    measured.flatMap((own) => {
      const { row, runtime } = own;
      const other = measured.find((one) => one.row.name === rival && one.runtime === runtime);
      if (row.name !== engine || other === undefined) return [];
      const what = `an inference of ${engine}, in ${runtime}, to ${rival},`;
      return targetNote(what, ratioTo(own, other), ratio, 'x');
    }),
  );
}
