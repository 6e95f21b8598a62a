import { buildHuffmanTable, type HuffmanTable } from './huffman.ts';
import { jpegProblem } from './markers.ts';

/** What segments between scans set, for the scans after them (ITU-T T.81, B.2.4). */
export class Tables {
  readonly quantization: (Uint16Array | undefined)[] = [];
  readonly dc: (HuffmanTable | undefined)[] = [];
  readonly ac: (HuffmanTable | undefined)[] = [];
  /** MCUs, 0 for none. */
  restartInterval = 0;

  /** DQT: tables of 64 values in zigzag order, of 8 or 16 bits (B.2.4.1). */
  readQuantization(data: Uint8Array): void {
    for (let at = 0; at < data.length; ) {
      const bytesPerValue = data[at] >> 4 === 0 ? 1 : 2;
      const id = data[at] & 15;
      const values = data.subarray(at + 1, at + 1 + 64 * bytesPerValue);
      if (values.length < 64 * bytesPerValue || id > 3) {
        throw jpegProblem('A quantisation table of this JPEG is cut short.');
      }
      this.quantization[id] = Uint16Array.from({ length: 64 }, (_, i) =>
        bytesPerValue === 1 ? values[i] : (values[2 * i] << 8) | values[2 * i + 1],
      );
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
      if (counts.length < 16 || values.length < total || id > 3) {
        throw jpegProblem('A Huffman table of this JPEG is cut short.');
      }
      const tables = data[at] >> 4 === 0 ? this.dc : this.ac;
      tables[id] = buildHuffmanTable(counts, values);
      at += 17 + total;
    }
  }
}
