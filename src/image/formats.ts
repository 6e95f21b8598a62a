import { bmpCodec } from './bmp/codec.ts';
import { looksLikeBmp } from './bmp/header.ts';
import type { ImageCodec } from './codec.ts';
import { gifCodec } from './gif/codec.ts';
import { looksLikeGif } from './gif/header.ts';
import { jpegCodec } from './jpeg/codec.ts';
import { pngCodec } from './png/codec.ts';
import { looksLikePng } from './png/header.ts';
import { startsWith } from './signature.ts';
import { webpCodec } from './webp/codec.ts';
import { looksLikeWebp } from './webp/container.ts';

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
    // SOI (T.81, B.2.1). A marker has to follow, but a damaged file may have other bytes before it.
    matches: (bytes) => startsWith(bytes, [0xff, 0xd8]),
    codec: jpegCodec,
  },
  png: { mediaType: 'image/png', matches: looksLikePng, codec: pngCodec },
  gif: { mediaType: 'image/gif', matches: looksLikeGif, codec: gifCodec },
  webp: { mediaType: 'image/webp', matches: looksLikeWebp, codec: webpCodec },
  bmp: { mediaType: 'image/bmp', matches: looksLikeBmp, codec: bmpCodec },
} as const satisfies Record<string, ImageFormat>;

export type FormatName = keyof typeof formats;

/** The format of a file, decided by its bytes alone; undefined where Petal doesn't decode it. */
export function formatOf(bytes: Uint8Array): FormatName | undefined {
  const names = Object.keys(formats) as FormatName[];
  return names.find((name) => formats[name].matches(bytes));
}
