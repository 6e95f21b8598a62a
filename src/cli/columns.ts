import { printable } from './printable.ts';

/**
 * Rows as lines whose columns stand under each other, two spaces apart. Numbers
 * stand at the right of theirs, everything else at the left. Cells are text from
 * anywhere, without styles.
 */
export function alignColumns(texts: readonly (readonly string[])[]): string[] {
  const rows = texts.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column].length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        /^[\d.]+( %)?$/.test(cell) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** 0..1 as a number of hundredths, with one decimal. */
export function percent(share: number): string {
  return (share * 100).toFixed(1);
}
