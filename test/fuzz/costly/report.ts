import { styleText } from 'node:util';
import { formatTable } from '../table.ts';
import { type Hunt, type JudgedFile, uncounted } from './hunt.ts';
import { aims } from './search.ts';

/** What is the same in JSON and in the tables. */
interface Described {
  readonly format: string;
  readonly source: string;
  readonly mutations: readonly string[];
  readonly fit: string;
  readonly bytes: number;
  readonly pixels: number;
  readonly outcome: string;
  /** What the budget counted, and what the file's time stands for. */
  readonly units: number;
  readonly spentUnits: number;
  /** The file's time to that of the reference. */
  readonly ratio: number;
}

function describe(file: JudgedFile): Described {
  const { format, source, mutations, fit, bytes, work, verdict } = file;
  const { pixels, outcome, units } = work;
  const { spentUnits, ratio } = verdict;
  return {
    format,
    source,
    mutations,
    fit,
    bytes: bytes.length,
    pixels,
    outcome,
    units,
    spentUnits,
    ratio,
  };
}

/** The worst first. */
export function worstOf(hunt: Hunt): JudgedFile[] {
  return hunt.undercharged.toSorted((a, b) => uncounted(b) - uncounted(a));
}

export function formatHunt(hunt: Hunt): string {
  const failures = worstOf(hunt);
  const records = [...hunt.records]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([, ofFormat]) =>
      aims.flatMap((aim) => {
        const file = ofFormat.get(aim);
        return file === undefined ? [] : [[`${file.format}, most ${aim}`, ...cells(file)]];
      }),
    );
  return [
    formatTable([['', ...header], ...records]),
    ...(failures.length === 0
      ? []
      : [
          formatTable([
            ['undercharged', ...header],
            ...failures.map((f) => [f.format, ...cells(f)]),
          ]),
        ]),
    failures.length === 0
      ? styleText('green', `Of ${hunt.decoded} files none took much more than the budget counts.`)
      : styleText(
          'red',
          `Of ${hunt.decoded} files, those made of ${failures.length} took more than the budget counts.`,
        ),
  ].join('\n\n');
}

const header = [
  'outcome',
  'bytes',
  'megapixels',
  'fit',
  'units',
  'by time',
  'to a 12 MP JPEG',
  'made of',
];

function cells(file: JudgedFile): string[] {
  const { outcome, bytes, pixels, fit, units, spentUnits, ratio, source, mutations } =
    describe(file);
  return [
    outcome,
    bytes.toLocaleString('en'),
    (pixels / 1e6).toFixed(1),
    fit,
    millions(units),
    millions(spentUnits),
    `${ratio.toFixed(1)}x`,
    mutations.length === 0 ? source : `${source} (${mutations.length} changes)`,
  ];
}

function millions(units: number): string {
  return `${(units / 1e6).toFixed(1)} M`;
}

export function formatJson(seed: number, hunt: Hunt): string {
  const records = [...hunt.records].map(([format, ofFormat]) => [
    format,
    Object.fromEntries([...ofFormat].map(([aim, file]) => [aim, describe(file)])),
  ]);
  const report = {
    seed,
    decoded: hunt.decoded,
    formats: Object.fromEntries(records),
    undercharged: worstOf(hunt).map(describe),
  };
  return JSON.stringify(report, null, 2);
}
