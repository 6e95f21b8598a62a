/** BMP files as programs of pictures write them: what sharp doesn't write. */

/** 8 bits and less are shades of gray. */
const kinds = {
  '24 bits': { bits: 24, runLengths: false },
  '32 bits': { bits: 32, runLengths: false },
  '8 bits': { bits: 8, runLengths: false },
  '4 bits': { bits: 4, runLengths: false },
  '1 bit': { bits: 1, runLengths: false },
  RLE8: { bits: 8, runLengths: true },
} as const;
export type BmpKind = keyof typeof kinds;

const headerBytes = 54;
/** Shades of run-length-encoded pictures: a drawing's, which has runs. */
const drawnShades = 16;
const longestRun = 255;

/** @param pixels 8-bit sRGB, three bytes each, row by row from the top */
export function encodeHonestBmp(
  pixels: Uint8Array,
  width: number,
  height: number,
  kind: BmpKind,
): Uint8Array {
  const { bits, runLengths } = kinds[kind];
  const paletteBytes = bits <= 8 ? 4 << bits : 0;
  const data = runLengths
    ? encodeRuns(pixels, width, height)
    : encodeRows(pixels, width, height, bits);
  const file = new Uint8Array(headerBytes + paletteBytes + data.length);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, headerBytes + paletteBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, runLengths ? 1 : 0, true);
  for (let i = 0; i < paletteBytes; i++) {
    file[headerBytes + i] = i % 4 === 3 ? 0 : ((i >> 2) * 255) / (2 ** bits - 1);
  }
  file.set(data, headerBytes + paletteBytes);
  return file;
}

/** Rows from the bottom, of whole 32-bit words. */
function encodeRows(pixels: Uint8Array, width: number, height: number, bits: number): Uint8Array {
  const pitch = 4 * Math.ceil((width * bits) / 32);
  const data = new Uint8Array(pitch * height);
  for (let y = 0; y < height; y++) {
    const start = (height - 1 - y) * pitch;
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x);
      if (bits > 8) {
        const to = start + (x * bits) / 8;
        data[to] = pixels[from + 2];
        data[to + 1] = pixels[from + 1];
        data[to + 2] = pixels[from];
      } else {
        const bit = x * bits;
        data[start + (bit >> 3)] |= (pixels[from + 1] >> (8 - bits)) << (8 - bits - (bit & 7));
      }
    }
  }
  return data;
}

function encodeRuns(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const data = new Uint8Array(2 * width * height + 2 * height + 2);
  let to = 0;
  for (let y = height - 1; y >= 0; y--) {
    for (let x = 0; x < width; ) {
      const shade = shadeAt(pixels, y * width + x);
      let end = x + 1;
      const limit = Math.min(width, x + longestRun);
      while (end < limit && shadeAt(pixels, y * width + end) === shade) end++;
      data[to++] = end - x;
      data[to++] = shade;
      x = end;
    }
    to += 2;
  }
  data[to + 1] = 1;
  return data.subarray(0, to + 2);
}

function shadeAt(pixels: Uint8Array, pixel: number): number {
  const step = 256 / drawnShades;
  return pixels[3 * pixel + 1] - (pixels[3 * pixel + 1] % step);
}
