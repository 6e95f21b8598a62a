import { marker } from './markers.ts';

/** Zeros behind the data, more than one block can read past its end. */
const paddingBytes = 512;

/** The data of one scan with what is not part of it taken out. */
export interface EntropyCoded {
  readonly view: DataView;
  /** Between restart markers: where each interval begins and ends in `view`, in bytes. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Where the file goes on: at the next marker, or at its end. */
  readonly fileEnd: number;
}

/**
 * Takes stuffed bytes and restart markers out of entropy-coded data (ITU-T
 * T.81, B.1.1.5 and F.1.2.3), so that what decodes it sees bits only.
 */
export class EntropyCodedReader {
  readonly #file: Uint8Array;
  /** Reused by all scans: its former contents are gone with the next call. */
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** @param from where the first scan's data begins, at the earliest */
  constructor(file: Uint8Array, from: number) {
    this.#file = file;
    this.#bytes = new Uint8Array(file.length - from + paddingBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  read(from: number): EntropyCoded {
    const file = this.#file;
    const bytes = this.#bytes;
    const starts = [0];
    const ends: number[] = [];
    let length = 0;
    let at = from;
    for (;;) {
      const ff = file.indexOf(0xff, at);
      const end = ff < 0 ? file.length : ff;
      bytes.set(file.subarray(at, end), length);
      length += end - at;
      at = end;
      if (ff < 0) break;
      const next = file[ff + 1];
      if (next === 0) {
        bytes[length++] = 0xff;
        at += 2;
      } else if (next >= marker.rst0 && next <= marker.rst7) {
        ends.push(length);
        starts.push(length);
        at += 2;
      } else if (next === 0xff) {
        at += 1;
      } else {
        break;
      }
    }
    ends.push(length);
    bytes.fill(0, length, length + paddingBytes);
    return { view: this.#view, starts, ends, fileEnd: at };
  }
}
