/** One run of `npm run fuzz -- --costly`: what it decodes, judges and remembers. */
import { type Fit, fits } from '../../../src/image/fit.ts';
import type { CorpusFile } from '../corpus.ts';
import type { Extreme } from '../extremes/extreme.ts';
import { type Aim, aims, type CostlyFile, CostlySearch, scoreOf } from './search.ts';
import { isUndercharged, judge, type Verdict } from './verdict.ts';
import type { Measurable, Meter } from './work-meter.ts';

/** A file that was judged. */
export interface JudgedFile extends CostlyFile {
  readonly verdict: Verdict;
}

/** The most expensive files of a format, each by another aim. */
export type Records = ReadonlyMap<Aim, JudgedFile>;

/** Turns in which a file that beats a record is measured with the reference, and one that seems to be undercharged. */
const recordTurns = 1;
const doubtfulTurns = 3;

export interface HuntSetting {
  readonly seed: number;
  /** Files that are damaged. */
  readonly corpus: readonly CorpusFile[];
  /** Decoded first, as they are, for every fit; and damaged later, but for large ones. */
  readonly extremes: readonly Extreme[];
  readonly reference: Measurable;
  readonly measure: Meter;
  /** Larger files hold no record; any may unless this is given. */
  readonly maxRecordBytes?: number;
}

export class Hunt {
  /** Those that take much more than the budget counts, one of each source and format. */
  readonly undercharged: JudgedFile[] = [];
  readonly #setting: HuntSetting;
  readonly #search: CostlySearch;
  readonly #records = new Map<string, Map<Aim, JudgedFile>>();
  /** Looked at before anything is damaged. */
  readonly #waiting: [Extreme, Fit][];
  /** The extreme that was made last. */
  #made: CorpusFile | undefined;
  #decoded = 0;
  /** What the reference took, when it was measured last. */
  #referenceMs: number;

  constructor(setting: HuntSetting) {
    const { seed, corpus, extremes, reference, measure } = setting;
    this.#setting = setting;
    this.#search = new CostlySearch(seed, corpus, measure);
    this.#waiting = extremes.flatMap((each) => fits.map((fit): [Extreme, Fit] => [each, fit]));
    this.#referenceMs = judge(measure, reference, reference, doubtfulTurns).work.cpuMs;
  }

  /** Files that were decoded so far. */
  get decoded(): number {
    return this.#decoded;
  }

  /** Files that {@link step} decodes before it damages any. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The most expensive files of each format. */
  get records(): ReadonlyMap<string, Records> {
    return this.#records;
  }

  /** Decodes one more file. */
  step(): void {
    const next = this.#waiting.shift();
    const file = next === undefined ? this.#search.step() : this.#look(...next);
    this.#decoded += 1;
    const beaten = aims.filter((aim) => this.#beats(aim, file));
    const { cpuMs, units } = file.work;
    const isDoubtful = isUndercharged(cpuMs / this.#referenceMs, units, file.bytes.length);
    if (beaten.length === 0 && !isDoubtful) return;
    const judged = this.#judge(file, isDoubtful ? doubtfulTurns : recordTurns);
    for (const aim of beaten) this.#recordsOf(file.format).set(aim, judged);
    if (judged.verdict.isUndercharged) this.#keep(judged);
  }

  #look({ name, format, make }: Extreme, fit: Fit): CostlyFile {
    if (this.#made?.name !== name) this.#made = { name, format, bytes: make(), weight: 1 };
    return this.#search.look(this.#made, fit);
  }

  #beats(aim: Aim, file: CostlyFile): boolean {
    const { maxRecordBytes = Number.POSITIVE_INFINITY } = this.#setting;
    if (file.bytes.length > maxRecordBytes) return false;
    const record = this.#recordsOf(file.format).get(aim);
    return record === undefined || scoreOf(aim, file) > scoreOf(aim, record);
  }

  #judge(file: CostlyFile, turns: number): JudgedFile {
    const { measure, reference } = this.#setting;
    const verdict = judge(measure, file, reference, turns);
    this.#referenceMs = verdict.work.cpuMs / verdict.ratio;
    return { ...file, work: verdict.work, verdict };
  }

  /** Of one source, the file that is farthest from what is counted. */
  #keep(file: JudgedFile): void {
    const at = this.undercharged.findIndex(
      ({ format, source }) => format === file.format && source === file.source,
    );
    if (at < 0) this.undercharged.push(file);
    else if (uncounted(file) > uncounted(this.undercharged[at])) this.undercharged[at] = file;
  }

  #recordsOf(format: string): Map<Aim, JudgedFile> {
    const records = this.#records.get(format) ?? new Map<Aim, JudgedFile>();
    this.#records.set(format, records);
    return records;
  }
}

/** Units that were spent and not counted. */
export function uncounted({ verdict, work }: JudgedFile): number {
  return verdict.spentUnits - work.units;
}
