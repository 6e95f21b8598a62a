import { html } from 'hono/html';
import type { Sheet, Tile } from '../sheet.ts';
import { type Html, percentText, wholeDocument } from './document.ts';

/** A sheet as a page to keep: self-contained, without scripts. */
export async function sheetPage(sheet: Sheet): Promise<string> {
  const { model, columns, tiles } = sheet;
  return await wholeDocument(
    `${model}: ${tiles.length} photos`,
    html`<h1>${model} <small>${sheetCaption(sheet)}</small></h1>
      <ul class="tiles sheet" style="--columns: ${columns}">
        ${tiles.map(tileItem)}
      </ul>`,
  );
}

/** `10 photos, 9 of 10 right` */
export function sheetCaption({ tiles, right, judged }: Sheet): string {
  const photos = `${tiles.length} photo${tiles.length === 1 ? '' : 's'}`;
  return judged === 0 ? photos : `${photos}, ${right} of ${judged} right`;
}

function tileItem({ name, thumbnail, predictions, unknown, truth }: Tile): Html {
  const [first] = predictions;
  return html`<li class="tile">
          <img src="${thumbnail.url}" width="${thumbnail.width}" height="${thumbnail.height}" alt="${name}">
          ${truth === undefined ? html`<p><strong>${first.label}</strong></p>` : verdict(first.label, truth)}
          ${unknown ? html`<p class="note">not sure</p>` : ''}
          <ul class="bars">
            ${predictions.map(
              ({ label, probability }) => html`<li>
              <span>${label}</span> <span class="number">${percentText(probability)}</span>
              <span class="bar" aria-hidden="true"><span style="width: ${(probability * 100).toFixed(1)}%"></span></span>
            </li>`,
            )}
          </ul>
        </li>`;
}

function verdict(label: string, truth: NonNullable<Tile['truth']>): Html {
  return truth.isRight
    ? html`<p class="right"><span role="img" aria-label="right:">✓</span> ${label}</p>`
    : html`<p class="wrong"><span role="img" aria-label="wrong:">✗</span> ${label} <span class="note">is ${truth.label}</span></p>`;
}
