import type { AskedPhoto } from './photo-result.ts';
import { folderOf } from './photo-result.ts';

/** Predictions that each row has room for. */
export const csvPredictions = 5;

/** By this programs tell UTF-8 from what spreadsheets of other times wrote. */
const byteOrderMark = '\uFEFF';

const columns = [
  'file',
  'folder',
  ...Array.from({ length: csvPredictions }, (_, i) => i + 1).flatMap((place) => [
    place === 1 ? 'label' : `label${place}`,
    place === 1 ? 'probability' : `probability${place}`,
  ]),
  'unknown',
  'problem',
  'problem sentence',
  'model',
];

/**
 * Results as CSV (RFC 4180) for spreadsheets: a row for each photo, in order; cells are empty where there
 * is nothing to say, and a photo that was not asked about has its names only.
 *
 * @param modelName for photos without an answer
 */
export function resultsCsv(photos: readonly AskedPhoto[], modelName: string): string {
  const rows = [columns, ...photos.map((photo) => rowOf(photo, modelName))];
  return byteOrderMark + rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function rowOf({ photo, result }: AskedPhoto, modelName: string): (string | number)[] {
  const names = [photo.name, folderOf(photo)];
  const noPredictions = Array.from({ length: 2 * csvPredictions }, () => '');
  if (result.kind === 'answered') {
    const { predictions, unknown, model, version } = result.answer;
    const cells = predictions
      .slice(0, csvPredictions)
      .flatMap(({ label, probability }) => [label, probability]);
    return [
      ...names,
      ...cells,
      ...noPredictions.slice(cells.length),
      String(unknown),
      '',
      '',
      version === undefined ? model : `${model}@${version}`,
    ];
  }
  const problem = result.kind === 'refused' ? [result.code, result.sentence] : ['', ''];
  return [...names, ...noPredictions, '', ...problem, modelName];
}

/**
 * Where a spreadsheet may see the beginning of a formula (owasp.org/www-community/attacks/CSV_Injection):
 * at the start of a cell, and where semicolons separate cells, behind one or a line break as well,
 * since quotation marks count only at the start of a cell there. Full-width forms count as their
 * plain ones, and white space before them is passed over.
 */
const formulaStart = /^(?=[\s=+\-@＝＋－＠])|(?<=[;\r\n])(?=[\s"]*[=+\-@＝＋－＠])/g;

/** Numbers are Petal's own, and stay numbers; text is quoted wherever a program may split it. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = value.replace(formulaStart, "'");
  return /^\s|\s$|[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
