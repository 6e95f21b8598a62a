import { joinBytes } from '../mutator.ts';
import { BitWriter } from './bit-writer.ts';
import { type Extreme, flood, maxFileBytes, mostPixels } from './extreme.ts';

const marker = {
  tem: 0x01,
  sof0: 0xc0,
  sof2: 0xc2,
  dht: 0xc4,
  rst0: 0xd0,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dri: 0xdd,
  app1: 0xe1,
} as const;

type Bytes = Uint8Array | readonly number[];

function segment(code: number, content: Bytes): Uint8Array {
  const length = content.length + 2;
  return joinBytes([[0xff, code, length >> 8, length & 255], content]);
}

/** Sampling factors of each component, as one byte. */
type Samplings = readonly number[];

function frame(code: number, width: number, height: number, samplings: Samplings): Uint8Array {
  const sides = [height >> 8, height & 255, width >> 8, width & 255];
  const components = samplings.flatMap((sampling, i) => [i + 1, sampling, 0]);
  return segment(code, [8, ...sides, samplings.length, ...components]);
}

interface ScanHead {
  /** Numbers of components, from 1 on. */
  readonly components: readonly number[];
  readonly first?: number;
  readonly last?: number;
  readonly approximation?: number;
}

function scanHead({ components, first = 0, last = 63, approximation = 0 }: ScanHead): Uint8Array {
  const named = components.flatMap((id) => [id, 0]);
  return segment(marker.sos, [components.length, ...named, first, last, approximation]);
}

/** Codes of these lengths, a symbol each: the first code of a length is all zeros but for what came before. */
function huffman(
  tableClass: 0 | 1,
  symbols: readonly (readonly [symbol: number, length: number])[],
): Uint8Array {
  const counts = Array.from(
    { length: 16 },
    (_, i) => symbols.filter(([, l]) => l === i + 1).length,
  );
  return segment(marker.dht, [tableClass << 4, ...counts, ...symbols.map(([symbol]) => symbol)]);
}

/** Steps of 1, so that coefficients are as small as can be. */
const quantisation = segment(marker.dqt, [0, ...new Array(64).fill(1)]);
const soi = [0xff, marker.soi];
const eoi = [0xff, marker.eoi];

/** DC: no difference is 0, a difference of one bit 10. */
const dcTable = huffman(0, [
  [0, 1],
  [1, 2],
]);
/** AC: the end of a block is 0, a coefficient of one bit 10. */
const endsTable = huffman(1, [
  [0, 1],
  [1, 2],
]);
/** AC: a coefficient of one bit is 0, the end of a block 10. */
const denseTable = huffman(1, [
  [1, 1],
  [0, 2],
]);
/** AC: all codes have 16 bits, which no look-up sees; a coefficient of one bit is the first of them. */
const longTable = huffman(1, [
  [1, 16],
  [0, 16],
]);

/** A byte of ones in coded data has a zero behind it. */
function stuffed(data: Uint8Array): Uint8Array {
  const marked = data.filter((byte) => byte === 0xff).length;
  if (marked === 0) return data;
  const bytes = new Uint8Array(data.length + marked);
  let to = 0;
  for (const byte of data) {
    bytes[to++] = byte;
    if (byte === 0xff) to++;
  }
  return bytes;
}

/** One block's bits again and again, in whole bytes. */
function blocks(writeBlock: (bits: BitWriter) => void, count: number, most: number): Uint8Array {
  const bits = new BitWriter('highest first');
  let each = 0;
  do {
    writeBlock(bits);
    each += 1;
  } while (bits.length % 8 !== 0);
  const pattern = stuffed(bits.bytes);
  return flood(pattern, Math.min(Math.ceil(count / each) * pattern.length, most));
}

/** No difference, and no coefficient. */
const writeFlat = (bits: BitWriter): void => bits.write(0, 2);
/** One coefficient, with {@link denseTable}. */
const writeOne = (bits: BitWriter): void => {
  bits.write(0, 3);
  bits.write(2, 2);
};
/** All coefficients, with {@link denseTable}. */
const writeDense = (bits: BitWriter): void => {
  bits.write(0, 1);
  for (let k = 1; k < 64; k++) bits.write(k % 2, 2);
};
/** All coefficients, with {@link longTable}. */
const writeLong = (bits: BitWriter): void => {
  bits.write(0, 1);
  for (let k = 1; k < 64; k++) {
    bits.write(0, 16);
    bits.write(k % 2, 1);
  }
};

const maxSide = 65_500;
/** Up to so high, a photo that is squashed is decoded at 1/1, however wide it is. */
const unreduced = 716;
const room = maxFileBytes - 2000;

interface Sequential {
  readonly width: number;
  readonly height: number;
  readonly samplings: Samplings;
  readonly acTable: Uint8Array;
  readonly writeBlock: (bits: BitWriter) => void;
}

/** Blocks of all components, those behind the picture's edge among them. */
function blockCount(width: number, height: number, samplings: Samplings): number {
  const across = Math.max(...samplings.map((sampling) => sampling >> 4));
  const down = Math.max(...samplings.map((sampling) => sampling & 15));
  const mcus = Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down));
  return mcus * samplings.reduce((sum, sampling) => sum + (sampling >> 4) * (sampling & 15), 0);
}

function sequential({ width, height, samplings, acTable, writeBlock }: Sequential): Uint8Array {
  const components = samplings.map((_, i) => i + 1);
  const data = blocks(writeBlock, blockCount(width, height, samplings), room);
  return joinBytes([
    soi,
    quantisation,
    dcTable,
    acTable,
    frame(marker.sof0, width, height, samplings),
    scanHead({ components }),
    data,
    eoi,
  ]);
}

/** A flat picture with something in front of its frame. */
function behind(parts: readonly Bytes[]): Uint8Array {
  const file = sequential({
    width: 64,
    height: 64,
    samplings: gray,
    acTable: endsTable,
    writeBlock: writeFlat,
  });
  return joinBytes([soi, ...parts, file.subarray(2)]);
}

function extreme(name: string, why: string, make: () => Uint8Array): Extreme {
  return { name: `jpeg: ${name}`, format: 'jpeg', why, make };
}

const gray: Samplings = [0x11];
const full: Samplings = [0x11, 0x11, 0x11];
const halved: Samplings = [0x22, 0x11, 0x11];
const ink: Samplings = [0x11, 0x11, 0x11, 0x11];
/** Luma is enlarged from a sixteenth, with factors that no encoder writes. */
const mosaic: Samplings = [0x11, 0x44, 0x44];
const uneven: Samplings = [0x12, 0x43, 0x34];

const square = { width: 7071, height: 7071 };
const wide = { width: maxSide, height: unreduced };
const tall = { width: unreduced, height: maxSide };

/** Each MCU is an interval of its own. */
function restarted(data: Bytes, width: number, height: number, samplings: Samplings): Uint8Array {
  const intervals = Array.from({ length: 8 }, (_, i) => [...data, 0xff, marker.rst0 + i]).flat();
  const mcus = blockCount(width, height, samplings) / samplings.length;
  const all = flood(intervals, Math.min(room, Math.ceil(mcus / 8) * intervals.length));
  return joinBytes([
    soi,
    quantisation,
    dcTable,
    denseTable,
    segment(marker.dri, [0, 1]),
    frame(marker.sof0, width, height, samplings),
    scanHead({ components: samplings.map((_, i) => i + 1) }),
    all,
    eoi,
  ]);
}

/** Scans of one component again and again: luma, then the chroma that makes the frame whole. */
function repeatedScans(
  width: number,
  height: number,
  writeBlock: (bits: BitWriter) => void,
): Uint8Array {
  const samplings = [0x44, 0x11, 0x11];
  const luma = Math.ceil(width / 8) * Math.ceil(height / 8);
  const chroma = Math.ceil(width / 32) * Math.ceil(height / 32);
  const lumaScan = joinBytes([scanHead({ components: [1] }), blocks(writeBlock, luma, room)]);
  const chromaScans = [2, 3].map((id) =>
    joinBytes([scanHead({ components: [id] }), blocks(writeFlatDense, chroma, room)]),
  );
  const times = Math.min(98, Math.floor((room - 2 * chromaScans[0].length) / lumaScan.length));
  return joinBytes([
    soi,
    quantisation,
    dcTable,
    denseTable,
    frame(marker.sof0, width, height, samplings),
    ...Array.from({ length: times }, () => lumaScan),
    ...chromaScans,
    eoi,
  ]);
}

/** No coefficient, with {@link denseTable}. */
const writeFlatDense = (bits: BitWriter): void => {
  bits.write(0, 1);
  bits.write(2, 2);
};

/** A run of 2 to the 14 or more blocks without coefficients: the end-of-band symbol E0, and its bits. */
const bandTable = huffman(1, [
  [0xe0, 1],
  [0x01, 2],
  [0x00, 3],
]);

interface Progressive {
  readonly width: number;
  readonly height: number;
  /** Of all blocks, in front of the scans that are repeated. */
  readonly first: (bits: BitWriter) => void;
  readonly scan: Omit<ScanHead, 'components'>;
  readonly data: Uint8Array;
}

/** A gray picture: DC, a first scan of AC, and then one scan again and again. */
function progressive({ width, height, first, scan, data }: Progressive): Uint8Array {
  const count = Math.ceil(width / 8) * Math.ceil(height / 8);
  const components = [1];
  const dc = joinBytes([
    scanHead({ components, last: 0, approximation: 1 }),
    blocks((bits) => bits.write(0, 1), count, room),
  ]);
  const ac = joinBytes([
    scanHead({ components, first: 1, approximation: 1 }),
    blocks(first, count, room / 4),
  ]);
  const repeated = joinBytes([scanHead({ components, ...scan }), data]);
  const left = room - dc.length - ac.length;
  const times = Math.min(98, Math.floor(left / repeated.length), Math.floor(19.9e6 / count) - 2);
  return joinBytes([
    soi,
    quantisation,
    dcTable,
    bandTable,
    frame(marker.sof2, width, height, gray),
    dc,
    ac,
    ...Array.from({ length: times }, () => repeated),
    eoi,
  ]);
}

/** Runs that cover so many blocks, and bits for what is refined meanwhile. */
function endOfBandRuns(count: number, refinedBits: number): Uint8Array {
  const bits = new BitWriter('highest first');
  for (let left = count; left > 0; left -= 32_767) {
    bits.write(0, 1);
    bits.write(0x3fff, 14);
    for (let i = 0; i < Math.min(left, 32_767) * refinedBits; i += 8) bits.write(0x55, 8);
  }
  return stuffed(bits.bytes);
}

/** All coefficients of a band scan, each of one bit; then the block is full. */
const writeDenseBand = (bits: BitWriter): void => {
  for (let k = 1; k < 64; k++) {
    bits.write(2, 2);
    bits.write(k % 2, 1);
  }
};

/** One coefficient of a band scan, and the end of the band for this block. */
const writeOneInBand = (bits: BitWriter): void => {
  bits.write(2, 2);
  bits.write(1, 1);
  bits.write(6, 3);
};

function blocksIn(width: number, height: number): number {
  return Math.ceil(width / 8) * Math.ceil(height / 8);
}

export const jpegExtremes: readonly Extreme[] = [
  extreme('7071 x 7071, flat, 4:4:4', 'four blocks a byte', () =>
    sequential({ ...square, samplings: full, acTable: endsTable, writeBlock: writeFlat }),
  ),
  extreme('7071 x 7071, flat, CMYK', 'four blocks a byte', () =>
    sequential({ ...square, samplings: ink, acTable: endsTable, writeBlock: writeFlat }),
  ),
  extreme('65,500 x 716, flat, 4:4:4', 'a wide photo is decoded at 1/1', () =>
    sequential({ ...wide, samplings: full, acTable: endsTable, writeBlock: writeFlat }),
  ),
  extreme('65,500 x 716, one coefficient a block, 4:4:4', 'all blocks are transformed at 1/1', () =>
    sequential({ ...wide, samplings: full, acTable: denseTable, writeBlock: writeOne }),
  ),
  extreme('716 x 65,500, one coefficient a block, 4:4:4', 'all blocks are transformed at 1/1', () =>
    sequential({ ...tall, samplings: full, acTable: denseTable, writeBlock: writeOne }),
  ),
  extreme('65,500 x 716, one coefficient a block, CMYK', 'all blocks are transformed at 1/1', () =>
    sequential({ ...wide, samplings: ink, acTable: denseTable, writeBlock: writeOne }),
  ),
  extreme('65,500 x 716, one coefficient a block, 4:2:0', 'transformed and enlarged at 1/1', () =>
    sequential({ ...wide, samplings: halved, acTable: denseTable, writeBlock: writeOne }),
  ),
  extreme('65,500 x 716, all coefficients, gray', 'two bits a coefficient', () =>
    sequential({ ...wide, samplings: gray, acTable: denseTable, writeBlock: writeDense }),
  ),
  extreme('65,500 x 716, all coefficients, 4:2:0', 'two bits a coefficient', () =>
    sequential({ ...wide, samplings: halved, acTable: denseTable, writeBlock: writeDense }),
  ),
  extreme('4000 x 2300, all coefficients, long codes', '17 bits a coefficient, by no look-up', () =>
    sequential({
      width: 4000,
      height: 716,
      samplings: gray,
      acTable: longTable,
      writeBlock: writeLong,
    }),
  ),
  extreme('65,500 x 716, factors 1x1, 4x4, 4x4', 'samples are enlarged one by one', () =>
    sequential({ ...wide, samplings: mosaic, acTable: denseTable, writeBlock: writeOne }),
  ),
  extreme('65,500 x 716, factors 1x2, 4x3, 3x4', 'samples are enlarged by no whole number', () =>
    sequential({ ...wide, samplings: uneven, acTable: denseTable, writeBlock: writeOne }),
  ),
  extreme('65,500 x 224, all coefficients, 4:4:4', 'a narrow strip', () =>
    sequential({
      width: maxSide,
      height: 224,
      samplings: full,
      acTable: denseTable,
      writeBlock: writeDense,
    }),
  ),
  extreme('7071 x 7071, a restart behind each block', 'three bytes an interval', () =>
    restarted([0x5f], 7071, 7071, gray),
  ),
  extreme('65,500 x 716, a restart behind each block', 'three bytes an interval', () =>
    restarted([0x17], maxSide, unreduced, gray),
  ),
  extreme('65,500 x 640, 98 scans of luma, flat', 'each scan decodes the picture again', () =>
    repeatedScans(maxSide, 600, writeFlatDense),
  ),
  extreme(
    '65,500 x 640, scans of luma, one coefficient a block',
    'each scan decodes the picture again',
    () => repeatedScans(maxSide, 600, writeOne),
  ),
  extreme('progressive, scans of end-of-band runs', 'blocks are visited for a bit or less', () =>
    progressive({
      width: maxSide,
      height: 300,
      first: writeOneInBand,
      scan: { first: 1, approximation: 0x10 },
      data: endOfBandRuns(blocksIn(maxSide, 300), 1),
    }),
  ),
  extreme('progressive, all coefficients refined', 'a bit a coefficient, one by one', () =>
    progressive({
      width: 20_000,
      height: 320,
      first: writeDenseBand,
      scan: { first: 1, approximation: 0x10 },
      data: endOfBandRuns(blocksIn(20_000, 320), 63),
    }),
  ),
  extreme('progressive, 98 refinements of DC', 'a bit a block', () =>
    progressive({
      width: 4000,
      height: 3200,
      first: writeOneInBand,
      scan: { last: 0, approximation: 0x10 },
      data: new Uint8Array(Math.ceil(blocksIn(4000, 3200) / 8)),
    }),
  ),
  extreme('progressive, 50 megapixels at 1/8, refinements of DC', 'a bit a block', () =>
    progressive({
      ...square,
      first: (bits) => bits.write(6, 3),
      scan: { last: 0, approximation: 0x10 },
      data: new Uint8Array(Math.ceil(blocksIn(7071, 7071) / 8)),
    }),
  ),
  extreme('fill bytes in front of the frame', 'a byte each', () =>
    behind([new Uint8Array(room).fill(0xff)]),
  ),
  extreme('markers that stand alone', 'two bytes a marker', () =>
    behind([flood([0xff, marker.tem], room)]),
  ),
  extreme('metadata without contents', 'four bytes a segment', () =>
    behind([flood([0xff, marker.app1, 0, 2], room)]),
  ),
  extreme('bytes of ones that are no markers', 'two bytes each', () =>
    behind([flood([0xff, 0], room)]),
  ),
  extreme('Huffman tables without codes', '17 bytes a table', () =>
    behind([flood(segment(marker.dht, flood(new Uint8Array(17), 65_000)), room)]),
  ),
  extreme('quantisation tables', '65 bytes a table', () =>
    behind([flood(segment(marker.dqt, flood(new Uint8Array(65).fill(1, 1), 65_000)), room)]),
  ),
  extreme('fill bytes behind the picture', 'the last marker is looked for from the end', () => {
    const file = behind([]);
    return joinBytes([file.subarray(0, -2), new Uint8Array(room).fill(marker.eoi)]);
  }),
  extreme('coded bytes of ones without end', 'the data of a scan is passed over', () =>
    joinBytes([behind([]).subarray(0, -2), flood([0xff, 0], room), eoi]),
  ),
  extreme('fill bytes in the coded data', 'the data of a scan is passed over', () =>
    joinBytes([behind([]).subarray(0, -4), new Uint8Array(room).fill(0xff), eoi]),
  ),
];

/** So that all of them are decoded: none has more. */
export const mostJpegPixels = mostPixels;
