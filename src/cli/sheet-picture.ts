import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { html, raw } from 'hono/html';
import { type Html, percentText } from './pages/document.ts';
import { sheetCaption } from './pages/sheet-page.ts';
import type { Sheet, Tile } from './sheet.ts';

export const themes = {
  light: {
    paper: '#fdfcfa',
    ink: '#1d2330',
    soft: '#5a6274',
    line: '#dcd7cc',
    petal: '#b0306a',
    right: '#1a7f37',
    wrong: '#b3261e',
  },
  dark: {
    paper: '#14171f',
    ink: '#e8eaf0',
    soft: '#a4acbd',
    line: '#343b4b',
    petal: '#ff8fbf',
    right: '#4cc76a',
    wrong: '#ff8a80',
  },
} as const;
export type Theme = keyof typeof themes;
type Colors = (typeof themes)[Theme];

/** In units of the drawing, two pixels each. */
const photoSide = 200;
const gap = 20;
const margin = 28;
const titleHeight = 58;
const rowHeight = 30;
const captionHeight = 30;

/** Of a tile's first prediction, and of what is said beside it. */
const labelSize = 14;
const noteSize = 12;

/** Pixels a unit. */
const density = 2;

/** Widths of DejaVu Sans' small letters differ; their means are about these, as shares of the size. */
const characterWidth = 0.56;
const boldCharacterWidth = 0.64;

const family = 'DejaVu Sans';

/**
 * Draws a sheet as a PNG file. Text is set in DejaVu Sans, which is brought
 * along; characters that it lacks come from the fonts of the machine.
 */
export async function drawSheet(sheet: Sheet, theme: Theme): Promise<Uint8Array> {
  const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
    fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
  );
  const svg = (await sheetSvg(sheet, themes[theme])).toString();
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: density },
    font: { fontFiles, loadSystemFonts: true, defaultFontFamily: family },
  });
  return drawing.render().asPng();
}

function sheetSvg(sheet: Sheet, colors: Colors): Html {
  const { model, columns, tiles } = sheet;
  const rows = Math.ceil(tiles.length / columns);
  const mostBars = Math.max(...tiles.map(({ predictions }) => predictions.length));
  const tileHeight = photoSide + captionHeight + mostBars * rowHeight;
  const width = Math.max(2 * margin + columns * (photoSide + gap) - gap, 300);
  const height = 2 * margin + titleHeight + rows * (tileHeight + gap) - gap;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${family}" font-size="13">
  <rect width="${width}" height="${height}" fill="${colors.paper}"/>
  <clipPath id="photo"><rect width="${photoSide}" height="${photoSide}" rx="8"/></clipPath>
  <text x="${margin}" y="${margin + 20}" font-size="24" font-weight="700" fill="${colors.petal}">${fitText(model, width - 2 * margin, 24 * boldCharacterWidth)}</text>
  <text x="${margin}" y="${margin + 42}" fill="${colors.soft}">${sheetCaption(sheet)}</text>
  ${tiles.map((tile, i) => {
    const x = margin + (i % columns) * (photoSide + gap);
    const y = margin + titleHeight + Math.floor(i / columns) * (tileHeight + gap);
    return html`<g transform="translate(${x} ${y})">${tileGroup(tile, colors)}</g>`;
  })}
</svg>`;
}

function tileGroup({ thumbnail, predictions, unknown, truth }: Tile, colors: Colors): Html {
  const [first] = predictions;
  const color = truth === undefined ? colors.ink : truth.isRight ? colors.right : colors.wrong;
  const notes = [
    ...(truth?.isRight === false ? [`is ${truth.label}`] : []),
    ...(unknown ? ['not sure'] : []),
  ];
  const left = truth === undefined ? 0 : 20;
  const room = photoSide - left;
  const label = fitText(
    first.label,
    notes.length === 0 ? room : room * 0.6,
    labelSize * boldCharacterWidth,
  );
  const noteRoom = room - [...label].length * labelSize * boldCharacterWidth;
  return html`<image href="${raw(thumbnail.url)}" width="${photoSide}" height="${photoSide}" preserveAspectRatio="xMidYMid slice" clip-path="url(#photo)"/>
  ${truth === undefined ? '' : mark(truth.isRight, color)}
  <text x="${left}" y="${photoSide + 21}" font-size="${labelSize}" font-weight="700" fill="${color}">${label}${notes.length === 0 ? '' : html`<tspan dx="6" font-size="${noteSize}" font-weight="400" fill="${colors.soft}">${fitText(notes.join(', '), noteRoom, noteSize * characterWidth)}</tspan>`}</text>
  ${predictions.map(({ label, probability }, row) => {
    const y = photoSide + captionHeight + row * rowHeight;
    return html`<text x="0" y="${y + 14}" fill="${colors.ink}">${fitText(label, photoSide - 56, 13 * characterWidth)}</text>
  <text x="${photoSide}" y="${y + 14}" text-anchor="end" fill="${colors.soft}">${percentText(probability)}</text>
  <rect x="0" y="${y + 19}" width="${photoSide}" height="5" rx="2.5" fill="${colors.line}"/>
  <rect x="0" y="${y + 19}" width="${(photoSide * probability).toFixed(1)}" height="5" rx="2.5" fill="${colors.petal}"/>`;
  })}`;
}

/** A tick, or a cross: they differ without colour. */
function mark(isRight: boolean, color: string): Html {
  const middle = photoSide + 16;
  const path = isRight ? `M2 ${middle + 1}l4 4l8 -9` : `M3 ${middle - 4}l9 9m0 -9l-9 9`;
  return html`<path d="${path}" fill="none" stroke="${color}" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** A text of at most as many characters as there is room for, by their mean width. */
function fitText(text: string, room: number, width: number): string {
  const most = Math.max(1, Math.floor(room / width));
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
