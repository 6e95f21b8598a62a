import type { ImageCodec } from './codec.ts';
import { jpegCodec } from './jpeg/codec.ts';

/** A format that is decoded. A new one is a row in {@link formats}, and nothing else. */
export interface ImageFormat {
  readonly mediaType: string;
  /** Whether a file is of this format, by its first bytes. */
  readonly matches: (bytes: Uint8Array) => boolean;
  readonly codec: ImageCodec;
}

export const formats = {
  jpeg: {
    mediaType: 'image/jpeg',
    // SOI, and the first byte of whatever marker follows (T.81 B.2.1).
    matches: (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff]),
    codec: jpegCodec,
  },
} as const satisfies Record<string, ImageFormat>;

export type FormatName = keyof typeof formats;

/** Files that people send and that are not decoded, so that a refusal can say what they sent. */
const unsupported: readonly { name: string; matches: (bytes: Uint8Array) => boolean }[] = [
  { name: 'a PNG image', matches: (bytes) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47]) },
  { name: 'a GIF image', matches: (bytes) => hasText(bytes, 0, 'GIF8') },
  { name: 'a WebP image', matches: (b) => hasText(b, 0, 'RIFF') && hasText(b, 8, 'WEBP') },
  { name: 'a HEIC photo', matches: (bytes) => isIsoMedia(bytes, ['heic', 'heix', 'mif1', 'msf1']) },
  { name: 'an AVIF image', matches: (bytes) => isIsoMedia(bytes, ['avif', 'avis']) },
  { name: 'a video', matches: (bytes) => hasText(bytes, 4, 'ftyp') },
  {
    name: 'a TIFF image',
    matches: (bytes) =>
      startsWith(bytes, [0x49, 0x49, 0x2a, 0]) || startsWith(bytes, [0x4d, 0x4d, 0, 0x2a]),
  },
  {
    name: 'a JPEG XL image',
    matches: (bytes) => startsWith(bytes, [0xff, 0x0a]) || hasText(bytes, 4, 'JXL '),
  },
  { name: 'a JPEG 2000 image', matches: (bytes) => hasText(bytes, 4, 'jP  ') },
  { name: 'a PDF document', matches: (bytes) => hasText(bytes, 0, '%PDF') },
  { name: 'a BMP image', matches: (bytes) => hasText(bytes, 0, 'BM') },
  { name: 'an SVG drawing', matches: (bytes) => textHead(bytes).includes('<svg') },
  { name: 'an HTML page', matches: (bytes) => /<(!doctype )?html/i.test(textHead(bytes)) },
  { name: 'JSON', matches: (bytes) => /^\s*[{[]/.test(textHead(bytes)) },
];

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}

function textHead(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 512));
}

function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  return textHead(bytes).startsWith(text, at);
}

/** ISO base media files (ISO/IEC 14496-12) carry their brand at offset 8. */
function isIsoMedia(bytes: Uint8Array, brands: readonly string[]): boolean {
  return hasText(bytes, 4, 'ftyp') && brands.some((brand) => hasText(bytes, 8, brand));
}

/** The format of a file, decided by its bytes alone; undefined where Petal doesn't decode it. */
export function formatOf(bytes: Uint8Array): FormatName | undefined {
  const names = Object.keys(formats) as FormatName[];
  return names.find((name) => formats[name].matches(bytes));
}

/** What a file that {@link formatOf} doesn't know looks like, with its article. */
export function looksLike(bytes: Uint8Array): string {
  const known = unsupported.find(({ matches }) => matches(bytes));
  return known?.name ?? 'no image format that Petal knows';
}
