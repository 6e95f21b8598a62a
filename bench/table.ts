/** A table; the first column is text, all others are numbers as text. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table in Markdown, aligned so that it can be read in a terminal and pasted into the README. */
export function formatTable({ title, columns, rows }: Table): string {
  const widths = columns.map((column, i) =>
    Math.max(3, column.length, ...rows.map((row) => row[i].length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = widths.map((width, i) =>
    i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [title, '', line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** Three significant digits or one decimal, whichever is shorter: 0.52, 4.1, 37.2, 1234. */
export function number(value: number): string {
  if (Math.abs(value) >= 1000) return value.toFixed(0);
  return value.toFixed(Math.abs(value) < 1 ? 2 : 1);
}

export function mebibytes(bytes: number): string {
  return number(bytes / 2 ** 20);
}

/** The cell where a rival could not be measured. */
export const missing = '-';
