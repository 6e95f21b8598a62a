import { compareWork, type Measurable, type Meter, type Work } from './work-meter.ts';

/** What the budget takes an honest 12-megapixel JPEG for (`src/image/work-budget.ts`). */
const referenceUnits = 30e6;

/** What a file takes beside the reference, in the same minute on the same machine. */
export interface Verdict {
  readonly work: Work;
  /** Its time to the reference's. */
  readonly ratio: number;
  /** The units that its time stands for. */
  readonly spentUnits: number;
  /** Whether it takes much more than the budget counts. */
  readonly isUndercharged: boolean;
}

/** How many times its units a file may take: units are no finer than that. */
const tolerance = 2;
/** Units that needn't be counted: no more than the reference's, for headers, tables and the noise of a busy machine. */
const slackUnits = referenceUnits;
/** Nor need these, for each byte of the file: somebody has to go through it to find where the picture is. */
const slackUnitsPerByte = 5;

/** Whether a file's time, as a multiple of the reference's, is much more than what was counted. */
export function isUndercharged(ratio: number, units: number, bytes: number): boolean {
  return ratio * referenceUnits > tolerance * units + slackUnits + slackUnitsPerByte * bytes;
}

/**
 * @param reference an honest 12-megapixel JPEG
 * @param turns in which both are measured; one tells what is far from the limit
 */
export function judge(
  measure: Meter,
  file: Measurable,
  reference: Measurable,
  turns: number,
): Verdict {
  const [work, honest] = compareWork(measure, [file, reference], turns);
  const ratio = work.cpuMs / honest.cpuMs;
  return {
    work,
    ratio,
    spentUnits: ratio * referenceUnits,
    isUndercharged: isUndercharged(ratio, work.units, file.bytes.length),
  };
}
