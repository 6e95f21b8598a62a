import { buildHuffmanTable, type HuffmanTable } from './huffman.ts';
import { jpegProblem } from './markers.ts';
import { typicalHuffmanTables } from './typical-tables.ts';

/** A Huffman table as the file has it, and as look-ups once a scan uses it. */
interface HuffmanDefinition {
  readonly counts: Uint8Array;
  readonly values: Uint8Array;
  table: HuffmanTable | undefined;
}

/**
 * What segments between scans set, for the scans after them (ITU-T T.81,
 * B.2.4). Tables are views into the file until a scan uses them: a file may
 * define any number of tables, and none of them costs more than its bytes.
 */
export class Tables {
  /** MCUs, 0 for none. */
  restartInterval = 0;
  /** Of 8 or 16 bits a value. */
  readonly #quantization: (Uint8Array | undefined)[] = [];
  readonly #dc: (HuffmanDefinition | undefined)[] = [];
  readonly #ac: (HuffmanDefinition | undefined)[] = [];

  constructor() {
    // Frames of Motion JPEG leave the typical tables out.
    this.readHuffman(typicalHuffmanTables);
  }

  /** DQT: tables of 64 values in zigzag order, of 8 or 16 bits (B.2.4.1). */
  readQuantization(data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const bytesPerValue = data[at] >> 4 === 0 ? 1 : 2;
      const id = data[at] & 15;
      const values = data.subarray(at + 1, at + 1 + 64 * bytesPerValue);
      if (values.length < 64 * bytesPerValue || id > 3) {
        throw jpegProblem('A quantisation table of this JPEG is cut short.');
      }
      this.#quantization[id] = values;
      at += 1 + values.length;
    }
  }

  /** DHT: the counts of codes by length, then the symbols (B.2.4.2). */
  readHuffman(data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const id = data[at] & 15;
      const counts = data.subarray(at + 1, at + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const values = data.subarray(at + 17, at + 17 + total);
      if (counts.length < 16 || values.length < total || total > 256) {
        throw jpegProblem('A Huffman table of this JPEG is cut short.');
      }
      const kind = data[at] >> 4;
      if (kind > 1 || id > 3) {
        throw jpegProblem('A Huffman table of this JPEG has a number that JPEGs do not have.');
      }
      const definitions = kind === 0 ? this.#dc : this.#ac;
      definitions[id] = { counts, values, table: undefined };
      at += 17 + total;
    }
  }

  /** @returns 64 values in zigzag order; undefined where the file has no such table */
  quantization(id: number): Uint16Array | undefined {
    const values = this.#quantization[id];
    if (values === undefined) return undefined;
    if (values.length === 64) return Uint16Array.from(values);
    return Uint16Array.from({ length: 64 }, (_, i) => (values[2 * i] << 8) | values[2 * i + 1]);
  }

  /**
   * @throws AppError `image-decode-failed` where the table's codes are more than bits allow, or
   *   stand for differences of more than 15 bits
   */
  dc(id: number): HuffmanTable | undefined {
    const definition = this.#dc[id];
    if (definition?.values.some((size) => size > 15)) {
      throw jpegProblem('A Huffman table of this JPEG has symbols that no difference has.');
    }
    return tableOf(definition);
  }

  /** @throws AppError `image-decode-failed` where the table's codes are more than bits allow */
  ac(id: number): HuffmanTable | undefined {
    return tableOf(this.#ac[id]);
  }
}

function tableOf(definition: HuffmanDefinition | undefined): HuffmanTable | undefined {
  if (definition === undefined) return undefined;
  definition.table ??= buildHuffmanTable(definition.counts, definition.values);
  return definition.table;
}
