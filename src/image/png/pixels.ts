import { colorTypes, type PngHeader } from './header.ts';

/** Makes 8-bit RGB of a row's samples; what is transparent, on white. */
export interface Expansion {
  /**
   * @param row samples as stored, from `start` on
   * @param first which of the row's pixels are wanted
   * @param end the one behind the last
   * @returns three bytes a pixel; read before the next call
   */
  expand(row: Uint8Array, start: number, first: number, end: number): Uint8Array;
}

type SampleHeader = Pick<PngHeader, 'colorType' | 'bitDepth' | 'palette' | 'transparency'>;

/** @param maxPixels the most pixels of a row that are asked for */
export function createExpansion(header: SampleHeader, maxPixels: number): Expansion {
  const { colorType, bitDepth, transparency } = header;
  const rgb = new Uint8Array(maxPixels * 3);
  if (colorType === colorTypes.indexed) return expandIndices(paletteColors(header), bitDepth, rgb);
  if (colorType === colorTypes.gray && bitDepth <= 8) {
    return expandIndices(grayColors(header), bitDepth, rgb);
  }
  if (bitDepth === 8 && colorType === colorTypes.rgb && transparency.length === 0) {
    return takeRgb();
  }
  if (bitDepth === 8 && colorType === colorTypes.rgba) return expandRgba(rgb);
  return expandSamples(header, rgb);
}

/** The memory that an expansion takes, in bytes. */
export function expansionBytes(maxPixels: number): number {
  return (maxPixels + 256) * 3;
}

/** Red, green and blue of 256 indices; of those that the palette has not, black, as in browsers. */
function paletteColors({ palette, transparency }: SampleHeader): Uint8Array {
  const colors = new Uint8Array(256 * 3);
  for (let i = 0; i < palette.length; i++) {
    colors[i] = onWhite(palette[i], transparency[Math.floor(i / 3)] ?? 255);
  }
  return colors;
}

/** Of up to 8 bits: every level that there is, as a colour. One level may be transparent. */
function grayColors({ bitDepth, transparency }: SampleHeader): Uint8Array {
  const levels = 1 << bitDepth;
  // Of its two bytes, only as many bits count as a sample has (11.3.1.1).
  const transparent = transparency.length === 2 ? transparency[1] & (levels - 1) : levels;
  const colors = new Uint8Array(256 * 3);
  for (let level = 0; level < levels; level++) {
    const gray = level === transparent ? 255 : (level * 255) / (levels - 1);
    colors.fill(gray, level * 3, level * 3 + 3);
  }
  return colors;
}

/** @param alpha 0..255 */
function onWhite(level: number, alpha: number): number {
  return ((level * alpha + 255 * (255 - alpha) + 127) / 255) | 0;
}

/** Samples of 1, 2, 4 or 8 bits that name a colour; the first is in a byte's highest bits (7.2). */
function expandIndices(colors: Uint8Array, bitDepth: number, rgb: Uint8Array): Expansion {
  const samplesPerByte = 8 / bitDepth;
  const mask = (1 << bitDepth) - 1;
  return {
    expand: (row, start, first, end) => {
      for (let x = first, to = 0; x < end; x++, to += 3) {
        const byte = (x / samplesPerByte) | 0;
        const shift = 8 - bitDepth * (x - byte * samplesPerByte + 1);
        const color = ((row[start + byte] >> shift) & mask) * 3;
        rgb[to] = colors[color];
        rgb[to + 1] = colors[color + 1];
        rgb[to + 2] = colors[color + 2];
      }
      return rgb;
    },
  };
}

/** Is there already. */
function takeRgb(): Expansion {
  return { expand: (row, start, first, end) => row.subarray(start + first * 3, start + end * 3) };
}

/** 8-bit RGB with alpha: what most pictures with transparency are. */
function expandRgba(rgb: Uint8Array): Expansion {
  return {
    expand: (row, start, first, end) => {
      for (let from = start + first * 4, to = 0; from < start + end * 4; from += 4, to += 3) {
        const alpha = row[from + 3];
        if (alpha === 255) {
          rgb[to] = row[from];
          rgb[to + 1] = row[from + 1];
          rgb[to + 2] = row[from + 2];
        } else {
          rgb[to] = onWhite(row[from], alpha);
          rgb[to + 1] = onWhite(row[from + 1], alpha);
          rgb[to + 2] = onWhite(row[from + 2], alpha);
        }
      }
      return rgb;
    },
  };
}

/** The most that a sample of 16 bits can be. */
const max16 = 65_535;

/** From 16 to 8 bits: a division by 257. */
const levels16 = 257;

/** Any colour type without a palette, of 8 or 16 bits, reckoned with 16. */
function expandSamples(
  { colorType, bitDepth, transparency }: SampleHeader,
  rgb: Uint8Array,
): Expansion {
  const isGray = colorType === colorTypes.gray || colorType === colorTypes.grayAlpha;
  const hasAlpha = colorType === colorTypes.grayAlpha || colorType === colorTypes.rgba;
  const bytes = bitDepth / 8;
  const colorBytes = isGray ? bytes : 3 * bytes;
  const pixelBytes = hasAlpha ? colorBytes + bytes : colorBytes;
  // How far green and blue are from red.
  const green = isGray ? 0 : bytes;
  const blue = 2 * green;
  // Two bytes for each channel, of which only the lower one counts where samples have 8 bits.
  const hasKey = !hasAlpha && transparency.length === (isGray ? 2 : 6);
  const key = (channel: number): number =>
    hasKey ? sampleAt(transparency, 2 * channel + 2 - bytes, bytes) : -1;
  const redKey = key(0);
  const greenKey = isGray ? redKey : key(1);
  const blueKey = isGray ? redKey : key(2);
  return {
    expand: (row, start, first, end) => {
      let from = start + first * pixelBytes;
      for (let to = 0; to < (end - first) * 3; from += pixelBytes, to += 3) {
        const r = sampleAt(row, from, bytes);
        const g = sampleAt(row, from + green, bytes);
        const b = sampleAt(row, from + blue, bytes);
        const isKey = r === redKey && g === greenKey && b === blueKey;
        const alpha = hasAlpha ? sampleAt(row, from + colorBytes, bytes) : isKey ? 0 : max16;
        rgb[to] = onWhite16(r, alpha);
        rgb[to + 1] = onWhite16(g, alpha);
        rgb[to + 2] = onWhite16(b, alpha);
      }
      return rgb;
    },
  };
}

/** @returns 16 bits, of one byte or two */
function sampleAt(row: Uint8Array, at: number, bytes: number): number {
  return bytes === 1 ? row[at] * levels16 : (row[at] << 8) | row[at + 1];
}

/**
 * @param alpha 0..65535
 * @returns 8 bits
 */
function onWhite16(sample: number, alpha: number): number {
  if (alpha === max16) return ((sample + 128) / levels16) | 0;
  return ((sample * alpha + max16 * (max16 - alpha)) / (max16 * levels16) + 0.5) | 0;
}
