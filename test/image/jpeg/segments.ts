/** Takes JPEG files apart and puts them together again. Clauses are those of ITU-T T.81. */

export const code = {
  soi: 0xd8,
  sof0: 0xc0,
  sof1: 0xc1,
  sof2: 0xc2,
  dht: 0xc4,
  rst0: 0xd0,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dnl: 0xdc,
  app1: 0xe1,
  com: 0xfe,
} as const;

export interface Segment {
  readonly code: number;
  /** Marker, length and parameters. */
  readonly bytes: Uint8Array;
  /** What follows an SOS segment up to the next marker other than RST; empty elsewhere. */
  readonly data: Uint8Array;
}

/** @param file a JPEG that this folder's tests made: neither fill bytes nor bytes between segments */
export function segmentsOf(file: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  let start = 2;
  while (start + 4 <= file.length && file[start + 1] !== code.eoi) {
    const end = start + 2 + ((file[start + 2] << 8) | file[start + 3]);
    const dataEnd = file[start + 1] === code.sos ? endOfData(file, end) : end;
    segments.push({
      code: file[start + 1],
      bytes: file.slice(start, end),
      data: file.slice(end, dataEnd),
    });
    start = dataEnd;
  }
  return segments;
}

function endOfData(file: Uint8Array, start: number): number {
  for (let at = file.indexOf(0xff, start); at >= 0; at = file.indexOf(0xff, at + 2)) {
    const next = file[at + 1];
    const isRestart = next >= code.rst0 && next < code.soi;
    if (next !== 0 && !isRestart) return at;
  }
  return file.length;
}

export function joinBytes(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function joinSegments(segments: readonly Segment[]): Uint8Array {
  const parts = segments.flatMap(({ bytes, data }) => [bytes, data]);
  return joinBytes([0xff, code.soi], ...parts, [0xff, code.eoi]);
}

/** @param content what follows the length field */
export function makeSegment(marker: number, content: Uint8Array | readonly number[]): Segment {
  const length = content.length + 2;
  return {
    code: marker,
    bytes: joinBytes([0xff, marker, length >> 8, length & 255], content),
    data: new Uint8Array(0),
  };
}

/** The file with some segments replaced by others, by none or by several. */
export function rewrite(
  file: Uint8Array,
  change: (segment: Segment, i: number) => readonly Segment[],
): Uint8Array {
  return joinSegments(segmentsOf(file).flatMap(change));
}

export function isFrame({ code: marker }: Segment): boolean {
  return marker === code.sof0 || marker === code.sof1 || marker === code.sof2;
}
