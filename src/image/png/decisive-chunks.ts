/**
 * Whether the chunks on which a PNG's pixels depend are as they were written, as
 * far as that can be told before its data is read (W3C PNG Third Edition, 5.5 and
 * 11.2). Other chunks may be damaged or out of place: like libpng, which only warns
 * of that, the decoder does without them.
 */

import { crc32 } from './checksums.ts';
import { type Chunk, chunkAt, chunkTypes, readUint32, signature } from './chunks.ts';
import type { PngHeader } from './header.ts';

const { header, palette, transparency } = chunkTypes;
const decisive: ReadonlySet<number> = new Set([header, palette, transparency]);

/** @param bytes the whole file, of which the header was read */
export function areDecisiveChunksSound(bytes: Uint8Array, { dataStart }: PngHeader): boolean {
  let palettes = 0;
  for (let at = signature.length; at < dataStart; ) {
    const chunk = chunkAt(bytes, at);
    if (chunk === undefined) return false;
    if (decisive.has(chunk.type) && !isIntact(bytes, at, chunk)) return false;
    if (chunk.type === palette) palettes += 1;
    at = chunk.next;
  }
  return palettes <= 1;
}

/** Whether a chunk's checksum is that of its type and data. */
function isIntact(bytes: Uint8Array, at: number, { end }: Chunk): boolean {
  return readUint32(bytes, end) === crc32(bytes.subarray(at + 4, end));
}
