import { compareWork, type Measurable, type Meter, type Work } from './work-meter.ts';

/**
 * The file that others are compared with: an honest photo, of which the budget is to count as many
 * units as it takes nanoseconds, or as many times that as with any other file.
 */
export type Reference = Measurable;

/** What a file takes beside the reference, in the same minute on the same machine. */
export interface Verdict {
  readonly work: Work;
  /** Its time to the reference's. */
  readonly ratio: number;
  /** The units that its time stands for, if those of the reference are right. */
  readonly spentUnits: number;
  /** Whether it takes much more than the budget counts. */
  readonly isUndercharged: boolean;
}

/** Time may be so many times what is counted: units are no finer than that. */
const tolerance = 2.5;
/** Units that no file needs to be counted: reading a header, making tables, a busy machine's noise. */
const slackUnits = 15e6;

/**
 * @param turns in which both are measured; few tell what is far from the limit
 */
export function judge(
  measure: Meter,
  file: Measurable,
  reference: Reference,
  turns: number,
): Verdict {
  const [work, honest] = compareWork(measure, [file, reference], turns);
  const ratio = work.cpuMs / honest.cpuMs;
  const spentUnits = ratio * honest.units;
  return {
    work,
    ratio,
    spentUnits,
    isUndercharged: spentUnits > tolerance * work.units + slackUnits,
  };
}
