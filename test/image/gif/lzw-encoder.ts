/** How LZW codes are chosen, where the format leaves it open. */
export interface LzwCoding {
  /** The size that the file announces: roots are 0 up to 2 to this power. */
  readonly minCodeSize: number;
  /** Clear codes when the table is full, never again ("deferred"), or after so many codes. */
  readonly clears?: 'when full' | 'never' | number;
  /** Strings of one pixel only, as writers did that kept clear of the LZW patent. */
  readonly literal?: true;
  readonly firstClear?: false;
  readonly endCode?: false;
}

/** The most codes that a table has: they have up to 12 bits. */
const maxCodes = 4096;

/** Packs codes, first bits lowest (GIF89a, appendix F). */
class CodeWriter {
  readonly bytes: number[] = [];
  #window = 0;
  #bits = 0;

  write(code: number, size: number): void {
    this.#window |= code << this.#bits;
    this.#bits += size;
    while (this.#bits >= 8) {
      this.bytes.push(this.#window & 255);
      this.#window >>>= 8;
      this.#bits -= 8;
    }
  }

  end(): Uint8Array {
    if (this.#bits > 0) this.bytes.push(this.#window & 255);
    return Uint8Array.from(this.bytes);
  }
}

/**
 * GIF's variant of LZW (GIF89a, appendix F), written for these tests: the table is a map from strings.
 *
 * @param indices each below 2 to the power of the code size
 */
export function encodeLzw(indices: Iterable<number>, coding: LzwCoding): Uint8Array {
  const { minCodeSize, clears = 'when full', literal = false } = coding;
  const clear = 1 << minCodeSize;
  const writer = new CodeWriter();
  let table = new Map<string, number>();
  let next = clear + 2;
  /** What a decoder has in its table: it learns of each string one code later. */
  let known = clear + 2;
  let size = minCodeSize + 1;
  let sinceClear = 0;

  const writeClear = (): void => {
    writer.write(clear, size);
    table = new Map();
    next = known = clear + 2;
    size = minCodeSize + 1;
    sinceClear = 0;
  };
  const write = (code: number): void => {
    writer.write(code, size);
    sinceClear += 1;
    if (sinceClear > 1 && known < maxCodes) known += 1;
    if (known === 1 << size && size < 12) size += 1;
  };

  if (coding.firstClear !== false) writeClear();
  let text = '';
  let code = -1;
  for (const index of indices) {
    const longer = `${text},${index}`;
    const found = code < 0 ? index : table.get(longer);
    if (found !== undefined && (code < 0 || !literal)) {
      text = code < 0 ? `${index}` : longer;
      code = found;
      continue;
    }
    write(code);
    if (next < maxCodes) table.set(longer, next++);
    const full = clears === 'when full' && known === maxCodes;
    if (full || (typeof clears === 'number' && sinceClear >= clears)) writeClear();
    text = `${index}`;
    code = index;
  }
  if (code >= 0) write(code);
  if (coding.endCode !== false) writer.write(clear + 1, size);
  return writer.end();
}

/**
 * Codes of at least so many pixels of index 0, in far less time than {@link encodeLzw}: each code
 * stands for one pixel more than the one before, until the table is full.
 */
export function flatCodes(pixels: number, minCodeSize: number): Uint8Array {
  const clear = 1 << minCodeSize;
  const writer = new CodeWriter();
  for (let written = 0; written < pixels; ) {
    let size = minCodeSize + 1;
    writer.write(clear, size);
    writer.write(0, size);
    written += 1;
    for (let code = clear + 2; code < maxCodes && written < pixels; code++) {
      writer.write(code, size);
      written += code - clear;
      if (code + 1 === 1 << size && size < 12) size += 1;
    }
    if (written >= pixels) writer.write(clear + 1, size);
  }
  return writer.end();
}
