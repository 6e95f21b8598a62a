import { styleText } from 'node:util';
import type { Cases } from '../cases.ts';
import { formatTable } from '../table.ts';
import {
  type Agreement,
  disagreements,
  type Kind,
  kindOf,
  kinds,
  mostRefusedAlone,
  mostSilent,
} from './agreement.ts';
import type { Comparison } from './comparison.ts';

/** Everything that came out of a run. */
export interface Results {
  readonly seed: number;
  readonly cases: Cases;
  readonly byFormat: ReadonlyMap<string, Agreement>;
  /** By the case's number: those on which the two disagree. */
  readonly disagreed: ReadonlyMap<number, Comparison>;
}

/** Disagreements that have the same reason, and reproductions of one, that are shown. */
const shownGroups = 8;
const shownNumbers = 3;

const headings: Readonly<Record<Kind, string>> = {
  bothRead: 'both read',
  flagged: 'flagged',
  bothRefuse: 'both refuse',
  flaggedAlone: 'flagged alone',
  silent: 'silently read',
  refusedAlone: 'refused alone',
  failed: 'FAILED',
};

/** The command that compares one case again. */
export function reproduction(seed: number, number: number): string {
  return `npm run agreement -- --seed ${seed} --case ${number}`;
}

/** A run as text for a terminal; styled where that is one. */
export function formatReport(results: Results): string {
  const agreements = [...results.byFormat.values()];
  return [
    formatTable(rowsOf(results)),
    `Silently read: of the files that libvips complains of, at most ${formatShare(mostSilent)}. Refused alone: of those of which it shows at least half, at most ${formatShare(mostRefusedAlone)}.`,
    ...formatGroups(results),
    agreements.every(({ isGood }) => isGood)
      ? styleText('green', 'Petal and libvips agree.')
      : styleText('red', 'Petal and libvips DISAGREE on too many files.'),
  ].join('\n\n');
}

function rowsOf({ byFormat }: Results): string[][] {
  const header = ['format', 'cases', ...kinds.map((kind) => headings[kind])];
  const rows = [...byFormat].map(([format, agreement]) => [
    format,
    String(agreement.cases),
    ...kinds.map((kind) => formatCount(agreement, kind)),
  ]);
  return [header, ...rows];
}

function formatCount({ counts, silentShare, refusedAloneShare }: Agreement, kind: Kind): string {
  if (kind === 'silent') return `${counts.silent} (${formatShare(silentShare)})`;
  if (kind === 'refusedAlone') return `${counts.refusedAlone} (${formatShare(refusedAloneShare)})`;
  return String(counts[kind]);
}

function formatShare(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** Disagreements by format, kind and reason, the most frequent first. */
function formatGroups({ seed, cases, disagreed }: Results): string[] {
  const groups = Map.groupBy(disagreed, ([number, comparison]) => {
    const { petal, libvips } = comparison;
    const kind = kindOf(comparison);
    const reason = kind === 'silent' ? `libvips: ${libvips.reason}` : petal.reason;
    return `${cases.formatOf(number)}, ${headings[kind]}: ${firstLines(reason)}`;
  });
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, shownGroups)
    .map(([reason, members]) => {
      const shown = members
        .slice(0, shownNumbers)
        .map(([number]) => `  ${reproduction(seed, number)}`);
      return [`${members.length} x ${reason}`, ...shown].join('\n');
    });
}

/** Without numbers, and without the most of a stack. */
function firstLines(reason: string): string {
  return reason.split('\n').slice(0, 2).join('\n').replaceAll(/\d+/g, '#');
}

/** A run as JSON, with all disagreements. */
export function formatJson({ seed, cases, byFormat, disagreed }: Results): string {
  const formats = [...byFormat].map(([format, agreement]) => {
    const { counts, complaints, shown, silentShare, refusedAloneShare, isGood } = agreement;
    const numbers = { cases: agreement.cases, complaints, shown, silentShare, refusedAloneShare };
    return [format, { ...counts, ...numbers, isGood }];
  });
  const described = [...disagreed].map(([number, comparison]) => {
    const { format, source, mutations } = cases.make(number);
    const kind = kindOf(comparison);
    const command = reproduction(seed, number);
    return { number, format, kind, source, mutations, ...comparison, command };
  });
  return JSON.stringify(
    { seed, formats: Object.fromEntries(formats), disagreements: described },
    null,
    2,
  );
}

/** Whether a comparison is one of those that are kept. */
export function isDisagreement(comparison: Comparison): boolean {
  return disagreements.some((kind) => kind === kindOf(comparison));
}

/** One case, when it was asked for alone. */
export function formatCase(
  { seed, cases }: Results,
  number: number,
  comparison: Comparison,
): string {
  const { format, source, mutations } = cases.make(number);
  const { petal, libvips } = comparison;
  return [
    `${reproduction(seed, number)}: ${format}, ${source} (${mutations.join(', ') || 'as it is'})`,
    `Petal: ${petal.outcome}. ${petal.reason}`,
    `libvips: ${libvips.outcome}. ${libvips.reason}`,
    headings[kindOf(comparison)],
  ].join('\n');
}
