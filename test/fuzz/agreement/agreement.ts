import type { Comparison } from './comparison.ts';

/** How Petal and libvips may agree or disagree on a file. */
export const kinds = [
  /** Both read it, without a complaint. */
  'bothRead',
  /** Petal flags it, and libvips complains of it, whatever it shows: they agree that something is wrong. */
  'flagged',
  /** Both refuse it: libvips shows less than half of it, or nothing. */
  'bothRefuse',
  /** Petal flags what libvips reads without a complaint. Allowed; a false alarm in most cases. */
  'flaggedAlone',
  /** Petal reads it without a word, and libvips complains of it. */
  'silent',
  /** Petal refuses it, and libvips shows at least half of it. */
  'refusedAlone',
  /** Petal neither reads nor refuses it: a defect. */
  'failed',
] as const;
export type Kind = (typeof kinds)[number];

export function kindOf({ petal, libvips }: Comparison): Kind {
  if (petal.outcome === 'failed') return 'failed';
  const isFine = libvips.outcome === 'read';
  if (petal.outcome === 'read') return isFine ? 'bothRead' : 'silent';
  if (petal.outcome === 'flagged') return isFine ? 'flaggedAlone' : 'flagged';
  return isFine || libvips.outcome === 'half' ? 'refusedAlone' : 'bothRefuse';
}

/** The kinds that are disagreements. */
export const disagreements = ['failed', 'silent', 'refusedAlone'] as const satisfies Kind[];

/** At most this share of the files that libvips complains of may be read without a word. */
export const mostSilent = 0.01;

/** At most this share of the files of which libvips shows at least half may be refused. */
export const mostRefusedAlone = 0.02;

/** Files of one format, counted. */
export class Agreement {
  readonly counts: Record<Kind, number> = {
    bothRead: 0,
    flagged: 0,
    bothRefuse: 0,
    flaggedAlone: 0,
    silent: 0,
    refusedAlone: 0,
    failed: 0,
  };
  cases = 0;
  /** Files that libvips complains of. */
  complaints = 0;
  /** Files of which libvips shows at least half. */
  shown = 0;

  add(comparison: Comparison): void {
    const { outcome } = comparison.libvips;
    this.cases += 1;
    if (outcome !== 'read') this.complaints += 1;
    if (outcome === 'read' || outcome === 'half') this.shown += 1;
    this.counts[kindOf(comparison)] += 1;
  }

  /** Of the files that libvips complains of, the share that Petal takes for whole; 0 where it complains of none. */
  get silentShare(): number {
    return this.counts.silent / Math.max(1, this.complaints);
  }

  /** Of the files of which libvips shows at least half, the share that Petal refuses; 0 where it shows none. */
  get refusedAloneShare(): number {
    return this.counts.refusedAlone / Math.max(1, this.shown);
  }

  /** Whether both shares are within their limits, and nothing failed. */
  get isGood(): boolean {
    return (
      this.silentShare <= mostSilent &&
      this.refusedAloneShare <= mostRefusedAlone &&
      this.counts.failed === 0
    );
  }
}
