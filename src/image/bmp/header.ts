/**
 * Reads what a BMP file says of its picture, and decodes nothing: the file
 * header with the headers of OS/2 1.x and 2.x and of Windows 3 to 5 (as
 * BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER and
 * BITMAPV5HEADER in Microsoft's wingdi.h; [MS-WMF] 2.2.2; BITMAPINFOHEADER2 in
 * IBM's OS/2 Toolkit). Numbers are little-endian.
 */
import type { AppError } from '../../errors.ts';
import { type Channels, channelsOf, defaultMasks16, defaultMasks32 } from './channels.ts';
import { bmpProblem } from './problem.ts';

export interface BmpHeader {
  /** Pixels, 1 or more. */
  readonly width: number;
  readonly height: number;
  /** Whether rows are stored from the top, instead of from the bottom. */
  readonly topDown: boolean;
  /** 1, 2, 4 or 8 of an index; 16, 24 or 32 of colours. */
  readonly bitsPerPixel: number;
  /** Whether indices of 4 or 8 bits are run-length-encoded. */
  readonly runLengths: boolean;
  /** Colours of the indices, a part of the file; empty where pixels are no indices. */
  readonly colorTable: Uint8Array;
  /** Bytes of each colour: blue, green, red and perhaps a fourth that means nothing. */
  readonly colorBytes: 3 | 4;
  /** For 16 and 32 bits a pixel. */
  readonly channels: Channels | undefined;
  /**
   * Whether alpha means anything only if it isn't 0 everywhere: the header has
   * a mask for it, but says that pixels are plain RGB, and many that say so
   * leave the fourth byte 0.
   */
  readonly alphaIsDoubtful: boolean;
  /** Where the stored rows begin. */
  readonly pixelStart: number;
}

/** Of the file header, which the other header follows. */
const fileHeaderBytes = 14;

const coreHeaderBytes = 12;

/** Windows' headers: each begins as those before it. */
const windowsHeaderBytes: readonly number[] = [40, 52, 56, 108, 124];

/** Where masks of red, green, blue and alpha are: in a long header, or behind one of 40 bytes. */
const masksStart = 54;

/** Values of the compression field ([MS-WMF] 2.1.1.7). In OS/2 2.x, 3 and more mean others. */
const compressionOf = {
  none: 0,
  runLengths8: 1,
  runLengths4: 2,
  masks: 3,
  jpeg: 4,
  png: 5,
  alphaMasks: 6,
} as const;

/** The depths that each compression is for. */
const depths: Readonly<Record<number, readonly number[]>> = {
  [compressionOf.none]: [1, 2, 4, 8, 16, 24, 32],
  [compressionOf.runLengths8]: [8],
  [compressionOf.runLengths4]: [4],
  [compressionOf.masks]: [16, 32],
  [compressionOf.alphaMasks]: [16, 32],
};

/** Whether a file is a BMP: "BM", and a length that a header has, which text never looks like. */
export function looksLikeBmp(bytes: Uint8Array): boolean {
  if (bytes.length < fileHeaderBytes + 4 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return false;
  const headerBytes = viewOf(bytes).getUint32(fileHeaderBytes, true);
  return (
    headerBytes === coreHeaderBytes ||
    windowsHeaderBytes.includes(headerBytes) ||
    // OS/2 2.x: the last fields may be left out.
    (headerBytes >= 16 && headerBytes <= 64)
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** What the headers of all systems say, each in its own fields. */
interface Fields {
  readonly width: number;
  /** Negative where rows are stored from the top. */
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly compression: number;
  /** Of the palette; 0 for as many as there are indices. */
  readonly colorsUsed: number;
}

function readFields(view: DataView, headerBytes: number): Fields {
  if (headerBytes === coreHeaderBytes) {
    return {
      width: view.getUint16(18, true),
      height: view.getUint16(20, true),
      bitsPerPixel: view.getUint16(24, true),
      compression: compressionOf.none,
      colorsUsed: 0,
    };
  }
  return {
    width: view.getInt32(18, true),
    height: view.getInt32(22, true),
    bitsPerPixel: view.getUint16(28, true),
    compression: headerBytes >= 20 ? view.getUint32(30, true) : compressionOf.none,
    colorsUsed: headerBytes >= 36 ? view.getUint32(46, true) : 0,
  };
}

/**
 * @param bytes a file that {@link looksLikeBmp}
 * @throws AppError `image-decode-failed`, where the file ends or contradicts
 *   itself before its pixels, or where these are stored in a way that isn't read
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = viewOf(bytes);
  const pixelStart = view.getUint32(10, true);
  const headerBytes = view.getUint32(fileHeaderBytes, true);
  if (bytes.length < fileHeaderBytes + headerBytes) throw cutShort();
  const { width, height, bitsPerPixel, compression, colorsUsed } = readFields(view, headerBytes);
  if (width < 1 || height === 0) {
    throw bmpProblem(`This BMP says that it is ${width} x ${Math.abs(height)} pixels.`);
  }
  const isWindows = windowsHeaderBytes.includes(headerBytes);
  checkCompression(compression, bitsPerPixel, isWindows);
  const { masks, paletteStart } = readMasks(view, headerBytes, compression);
  if (pixelStart < paletteStart) {
    throw bmpProblem('The pixels of this BMP begin inside of its header: the file is damaged.');
  }
  if (pixelStart >= bytes.length) throw cutShort();
  const colorBytes = headerBytes === coreHeaderBytes ? 3 : 4;
  const indices = bitsPerPixel > 8 ? 0 : 1 << bitsPerPixel;
  const colors = colorsUsed === 0 ? indices : Math.min(colorsUsed, indices);
  const paletteEnd = paletteStart + colors * colorBytes;
  // A palette that would reach into the pixels ends where they begin.
  const colorTable = bytes.subarray(paletteStart, Math.min(paletteEnd, pixelStart));
  if (colors > 0 && colorTable.length < colorBytes) {
    throw bmpProblem('This BMP has no palette, so that its colours are unknown.');
  }
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bitsPerPixel,
    runLengths:
      compression === compressionOf.runLengths8 || compression === compressionOf.runLengths4,
    colorTable,
    colorBytes,
    ...channelsFor(bitsPerPixel, compression, masks),
    pixelStart,
  };
}

function cutShort(): AppError {
  return bmpProblem(
    'This BMP ends before its pixels begin: it is cut short or damaged. Send the whole file.',
  );
}

/** @throws AppError `image-decode-failed`; the sentence names what isn't read */
function checkCompression(compression: number, bitsPerPixel: number, isWindows: boolean): void {
  if (isWindows && (compression === compressionOf.jpeg || compression === compressionOf.png)) {
    const name = compression === compressionOf.jpeg ? 'JPEG' : 'PNG';
    throw bmpProblem(`This BMP is a wrapper around a ${name}; save it as a ${name} file.`);
  }
  const known = isWindows || compression <= compressionOf.runLengths4;
  const allowed = known ? depths[compression] : undefined;
  if (allowed === undefined) {
    throw bmpProblem(
      `This BMP is compressed in a way (${compression}) that few programs read; save it without compression.`,
    );
  }
  if (!allowed.includes(bitsPerPixel)) {
    throw bmpProblem(
      `This BMP has ${bitsPerPixel} bits a pixel; expected ${allowed.length > 1 ? 'one of ' : ''}${allowed.join(', ')}.`,
    );
  }
}

/** @returns masks of red, green, blue and alpha, 0 where there is none, and where the palette begins */
function readMasks(
  view: DataView,
  headerBytes: number,
  compression: number,
): { masks: readonly number[]; paletteStart: number } {
  const headerEnd = fileHeaderBytes + headerBytes;
  const inHeader = windowsHeaderBytes.includes(headerBytes) ? (headerEnd - masksStart) / 4 : 0;
  const behind =
    compression === compressionOf.masks ? 3 : compression === compressionOf.alphaMasks ? 4 : 0;
  const count = Math.min(4, Math.max(inHeader, behind));
  const paletteStart = Math.max(headerEnd, behind === 0 ? 0 : masksStart + 4 * behind);
  if (paletteStart > view.byteLength) throw cutShort();
  const masks = [0, 1, 2, 3].map((i) => (i < count ? view.getUint32(masksStart + 4 * i, true) : 0));
  return { masks, paletteStart };
}

/**
 * Masks of the header don't count where it says that pixels are plain RGB,
 * except for that of alpha if it is the fourth byte, as in Chromium.
 */
function channelsFor(
  bitsPerPixel: number,
  compression: number,
  masks: readonly number[],
): Pick<BmpHeader, 'channels' | 'alphaIsDoubtful'> {
  if (bitsPerPixel !== 16 && bitsPerPixel !== 32) {
    return { channels: undefined, alphaIsDoubtful: false };
  }
  if (compression !== compressionOf.none) {
    return { channels: channelsOf(masks, bitsPerPixel), alphaIsDoubtful: false };
  }
  if (bitsPerPixel === 16) {
    return { channels: channelsOf(defaultMasks16, 16), alphaIsDoubtful: false };
  }
  const [red, green, blue] = defaultMasks32;
  const alpha = masks[3] === 0xff000000 ? masks[3] : 0;
  return {
    channels: channelsOf([red, green, blue, alpha], 32),
    alphaIsDoubtful: alpha !== 0,
  };
}
