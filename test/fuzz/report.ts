import { styleText } from 'node:util';
import { outcomes } from './attempt.ts';
import type { Cases } from './cases.ts';
import { type FailureGroup, groupFailures, type Summary } from './summary.ts';
import { formatTable } from './table.ts';

/** Reproductions that are shown of one defect. */
const shownNumbers = 3;

/** The command that runs one case again. */
export function reproduction(seed: number, number: number): string {
  return `npm run fuzz -- --seed ${seed} --case ${number}`;
}

/** A run as text for a terminal; styled where that is one. */
export function formatReport(seed: number, cases: Cases, summary: Summary): string {
  const { failures } = summary;
  const groups = groupFailures(failures);
  return [
    formatTable(outcomeRows(summary)),
    styleText('bold', 'The slowest'),
    formatTable(slowestRows(cases, summary)),
    ...groups.map((group) => formatGroup(seed, cases, group)),
    failures.length === 0
      ? styleText('green', 'Every case came to pixels or to a refusal, within its budgets.')
      : styleText('red', `${failures.length} cases FAILED, in ${groups.length} ways.`),
  ].join('\n\n');
}

function outcomeRows({ byFormat }: Summary): string[][] {
  const names = { decoded: 'decoded', truncated: 'truncated', failed: 'FAILED' };
  const columns = outcomes.map((outcome) =>
    outcome in names ? names[outcome as keyof typeof names] : outcome,
  );
  const header = ['format', 'cases', ...columns, 'slowest', 'most memory', 'announced'];
  const rows = [...byFormat]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([format, of]) => [
      format,
      String(of.cases),
      ...outcomes.map((outcome) => formatCount(outcome === 'failed', of.outcomes[outcome])),
      formatMs(of.slowestMs),
      formatBytes(of.memoryBytes),
      formatBytes(of.announcedBytes),
    ]);
  return [header, ...rows];
}

function slowestRows(cases: Cases, { slowest }: Summary): string[][] {
  const header = ['case', 'format', 'file', 'size', 'megapixels', 'time', 'ns/(pixel + byte)'];
  const rows = slowest.map(({ number, durationMs, pixels }) => {
    const { format, source, bytes } = cases.make(number);
    return [
      String(number),
      format,
      source,
      formatBytes(bytes.length),
      (pixels / 1e6).toFixed(2),
      formatMs(durationMs),
      ((durationMs * 1e6) / (pixels + bytes.length + 1)).toFixed(0),
    ];
  });
  return [header, ...rows];
}

function formatGroup(seed: number, cases: Cases, { defect, numbers }: FailureGroup): string {
  const shown = numbers.slice(0, shownNumbers).map((number) => {
    const { source, mutations } = cases.make(number);
    return `  ${reproduction(seed, number)}\n    ${source}: ${mutations.join(', ')}`;
  });
  const times = numbers.length === 1 ? 'one case' : `${numbers.length} cases`;
  return [`${styleText('red', 'FAILED')} (${times}): ${defect}`, ...shown].join('\n');
}

function formatCount(isBad: boolean, count: number): string {
  if (count === 0) return '-';
  return isBad ? styleText('red', String(count)) : String(count);
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
