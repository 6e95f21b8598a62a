/**
 * Reads CSV as RFC 4180 has it, with a row of names first and a byte order mark before it.
 *
 * @throws Error where it is something else
 */
export function readCsv(text: string): Record<string, string>[] {
  if (!text.startsWith('\uFEFF')) throw new Error('There is no byte order mark.');
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  cell.lastIndex = 1;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) throw new Error(`There is no cell at ${at}: ${text.slice(at, at + 30)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]);
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  const [names, ...others] = rows;
  return others.map((cells) => {
    if (cells.length !== names.length) throw new Error(`Expected ${names.length} cells: ${cells}`);
    return Object.fromEntries(cells.map((value, i) => [names[i], value]));
  });
}
