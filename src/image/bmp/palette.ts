import type { BmpHeader } from './header.ts';

/** The colours of every index that there can be, 8-bit sRGB; those that the file leaves out are black. */
export class Palette {
  /** Bytes that any palette keeps. */
  static readonly memoryBytes = 3 * 256;

  readonly #colors = new Uint8Array(Palette.memoryBytes);

  constructor({ colorTable, colorBytes }: Pick<BmpHeader, 'colorTable' | 'colorBytes'>) {
    for (
      let from = 0, to = 0;
      from + colorBytes <= colorTable.length;
      from += colorBytes, to += 3
    ) {
      this.#colors[to] = colorTable[from + 2];
      this.#colors[to + 1] = colorTable[from + 1];
      this.#colors[to + 2] = colorTable[from];
    }
  }

  /** Writes the colours of `indices`, from `from` up to but without `end`, to the row's beginning. */
  paint(indices: Uint8Array, from: number, end: number, row: Uint8Array): void {
    const colors = this.#colors;
    for (let at = from, to = 0; at < end; at++, to += 3) {
      const color = 3 * indices[at];
      row[to] = colors[color];
      row[to + 1] = colors[color + 1];
      row[to + 2] = colors[color + 2];
    }
  }
}
