import { type Attempt, type Outcome, outcomes } from './attempt.ts';

/** A case that took long. */
export interface TimedCase {
  readonly number: number;
  readonly durationMs: number;
  readonly pixels: number;
}

/** A case that must not have come out as it did. */
export interface Failure {
  readonly number: number;
  readonly defects: readonly string[];
}

/** All cases of one format. */
export interface FormatSummary {
  cases: number;
  readonly outcomes: Record<Outcome, number>;
  slowestMs: number;
  /** The most that one case took, and what its codec had announced. */
  memoryBytes: number;
  announcedBytes: number;
}

/** How many of the slowest cases are kept. */
const keptSlowest = 10;

/** What came out of a run, kept small however many cases it has. */
export class Summary {
  readonly byFormat = new Map<string, FormatSummary>();
  readonly failures: Failure[] = [];
  /** The slowest first. */
  slowest: readonly TimedCase[] = [];
  readonly #maxMs: number;

  /** @param maxMs a case that takes longer is a failure */
  constructor(maxMs: number) {
    this.#maxMs = maxMs;
  }

  add(number: number, format: string, attempt: Attempt): void {
    const { outcome, durationMs, pixels, memoryBytes } = attempt;
    const summary = this.#summaryOf(format);
    summary.cases += 1;
    summary.outcomes[outcome] += 1;
    summary.slowestMs = Math.max(summary.slowestMs, durationMs);
    if (memoryBytes > summary.memoryBytes) {
      summary.memoryBytes = memoryBytes;
      summary.announcedBytes = attempt.announcedBytes;
    }
    this.slowest = [...this.slowest, { number, durationMs, pixels }]
      .toSorted((a, b) => b.durationMs - a.durationMs)
      .slice(0, keptSlowest);
    const defects = [...attempt.defects];
    if (durationMs > this.#maxMs && outcome !== 'failed') {
      defects.push(
        `It took ${(durationMs / 1000).toFixed(1)} s; a file of this size must not take more than ${this.#maxMs / 1000} s.`,
      );
    }
    if (defects.length > 0) this.failures.push({ number, defects });
  }

  #summaryOf(format: string): FormatSummary {
    const known = this.byFormat.get(format);
    if (known !== undefined) return known;
    const none = Object.fromEntries(outcomes.map((outcome) => [outcome, 0]));
    const summary: FormatSummary = {
      cases: 0,
      outcomes: none as Record<Outcome, number>,
      slowestMs: 0,
      memoryBytes: 0,
      announcedBytes: 0,
    };
    this.byFormat.set(format, summary);
    return summary;
  }
}

/** Failures that are most likely the same defect. */
export interface FailureGroup {
  readonly defect: string;
  readonly numbers: readonly number[];
}

/** Groups failures by their first defect, whatever numbers it names; the most frequent first. */
export function groupFailures(failures: readonly Failure[]): FailureGroup[] {
  const groups = Map.groupBy(failures, ({ defects }) =>
    defects[0]
      .split('\n')
      .slice(0, 2)
      .join('\n')
      .replaceAll(/\d+(\.\d+)?/g, '#'),
  );
  return [...groups.values()]
    .map((group) => ({ defect: group[0].defects[0], numbers: group.map(({ number }) => number) }))
    .toSorted((a, b) => b.numbers.length - a.numbers.length);
}
