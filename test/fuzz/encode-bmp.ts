import { drawNoise } from '../image/jpeg/pictures.ts';
import { joinBytes } from './mutator.ts';

/** BI_RGB, BI_RLE8, BI_RLE4, BI_BITFIELDS. */
type Compression = 0 | 1 | 2 | 3;

interface Variant {
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  readonly compression?: Compression;
  /** The header's size, by which readers know it: 12, 40, 52, 56, 108 or 124. */
  readonly headerBytes?: number;
  readonly topDown?: boolean;
  /** Red, green, blue and alpha. */
  readonly masks?: readonly number[];
}

const variants: Readonly<Record<string, Variant>> = {
  'rgb-24': { bits: 24 },
  'rgb-24-top-down': { bits: 24, topDown: true },
  'rgb-24-core-header': { bits: 24, headerBytes: 12 },
  'rgb-32': { bits: 32 },
  'rgb-16': { bits: 16 },
  'bit-fields-16': { bits: 16, compression: 3, masks: [0xf800, 0x07e0, 0x001f, 0] },
  'bit-fields-32-v4': {
    bits: 32,
    compression: 3,
    headerBytes: 108,
    masks: [0xff0000, 0xff00, 0xff, 0xff000000],
  },
  'bit-fields-32-v5': {
    bits: 32,
    compression: 3,
    headerBytes: 124,
    topDown: true,
    masks: [0xff, 0xff00, 0xff0000, 0xff000000],
  },
  'palette-8': { bits: 8 },
  'palette-8-core-header': { bits: 8, headerBytes: 12 },
  'palette-4': { bits: 4 },
  'palette-1': { bits: 1 },
  'run-lengths-8': { bits: 8, compression: 1 },
  'run-lengths-4': { bits: 4, compression: 2 },
};

const width = 61;
const height = 44;

/** One value a pixel: a colour of the variant's bits, or an index. In runs on the left. */
function drawValues({ bits }: Variant): Uint32Array {
  const { pixels } = drawNoise(width, height, bits);
  return Uint32Array.from({ length: width * height }, (_, pixel) => {
    const at = (pixel % width < width / 2 ? pixel - (pixel % 7) : pixel) * 3;
    const [red, green, blue] = pixels.subarray(at, at + 3);
    const colour = (red | (green << 8) | (blue << 16) | (green << 24)) >>> 0;
    return bits < 16 ? green >> (8 - bits) : colour % 2 ** bits;
  });
}

/** Rows of whole 32-bit words. */
function packRow(values: Uint32Array, bits: number): Uint8Array {
  const row = new Uint8Array(Math.ceil((values.length * bits) / 32) * 4);
  values.forEach((value, x) => {
    if (bits < 8) {
      const shift = 8 - bits - ((x * bits) % 8);
      row[(x * bits) >> 3] |= value << shift;
      return;
    }
    for (let i = 0; i < bits / 8; i++) row[(x * bits) / 8 + i] = value >>> (8 * i);
  });
  return row;
}

/** Runs of equal indices; single ones as absolute runs of three and more, where there are as many. */
function encodeRuns(values: Uint32Array, bits: 4 | 8): Uint8Array {
  const bytes: number[] = [];
  const pack = (indices: Uint32Array): Uint8Array =>
    packRow(indices, bits).subarray(0, Math.ceil((indices.length * bits) / 8));
  for (let x = 0; x < values.length; ) {
    let end = x + 1;
    while (end < values.length && values[end] === values[x]) end++;
    if (end - x === 1 && values.length - x >= 5) {
      const absolute = pack(values.subarray(x, x + 5));
      bytes.push(0, 5, ...absolute, ...(absolute.length % 2 === 1 ? [0] : []));
      x += 5;
      continue;
    }
    bytes.push(end - x, bits === 8 ? values[x] : values[x] * 0x11);
    x = end;
  }
  return Uint8Array.from([...bytes, 0, 0]);
}

function encodeRow(values: Uint32Array, { bits, compression = 0 }: Variant): Uint8Array {
  if ((compression === 1 || compression === 2) && (bits === 4 || bits === 8)) {
    return encodeRuns(values, bits);
  }
  return packRow(values, bits);
}

function header(variant: Variant, tableBytes: number, pixelBytes: number): Uint8Array {
  const { bits, compression = 0, headerBytes = 40, topDown = false, masks = [] } = variant;
  const masksBehind = headerBytes === 40 ? masks.length * 4 : 0;
  const bytes = new Uint8Array(14 + headerBytes + masksBehind);
  const view = new DataView(bytes.buffer);
  const pixelsFrom = bytes.length + tableBytes;
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, pixelsFrom + pixelBytes, true);
  view.setUint32(10, pixelsFrom, true);
  view.setUint32(14, headerBytes, true);
  if (headerBytes === 12) {
    [width, height, 1, bits].forEach((value, i) => {
      view.setUint16(18 + 2 * i, value, true);
    });
    return bytes;
  }
  view.setInt32(18, width, true);
  view.setInt32(22, topDown ? -height : height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, compression, true);
  view.setUint32(34, pixelBytes, true);
  masks.forEach((mask, i) => {
    view.setUint32(54 + 4 * i, mask, true);
  });
  return bytes;
}

function encode(variant: Variant): Uint8Array {
  const { bits, compression = 0, headerBytes = 40, topDown = false } = variant;
  const values = drawValues(variant);
  const rows = Array.from({ length: height }, (_, y) =>
    encodeRow(values.subarray(y * width, (y + 1) * width), variant),
  );
  if (!topDown) rows.reverse();
  const runsEnd = compression === 1 || compression === 2 ? [0, 1] : [];
  const pixels = joinBytes([...rows, runsEnd]);
  const entryBytes = headerBytes === 12 ? 3 : 4;
  const colours = bits < 16 ? 2 ** bits : 0;
  const table = Uint8Array.from({ length: colours * entryBytes }, (_, i) =>
    i % entryBytes === 3 ? 0 : (Math.floor(i / entryBytes) * 255) / (colours - 1),
  );
  return joinBytes([header(variant, table.length, pixels.length), table, pixels]);
}

/** Small BMP files in every variant; sharp writes none. */
export function encodeBmps(): [name: string, bytes: Uint8Array][] {
  return Object.entries(variants).map(([name, variant]) => [`bmp/${name}.bmp`, encode(variant)]);
}
