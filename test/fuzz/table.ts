import { stripVTControlCharacters, styleText } from 'node:util';

/**
 * Rows of cells as text for a terminal, the first of them the header. Columns are as wide as
 * they have to be; the first is text, the others are aligned to the right.
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const lengthOf = (cell: string): number => stripVTControlCharacters(cell).length;
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column]))));
  const lines = rows.map((row, i) => {
    const cells = row.map((cell, column) => {
      const space = ' '.repeat(widths[column] - lengthOf(cell));
      return column === 0 ? cell + space : space + cell;
    });
    return i === 0 ? styleText('dim', cells.join('  ')) : cells.join('  ');
  });
  return lines.join('\n');
}
