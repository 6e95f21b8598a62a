import { deflateSync, crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Adler32, crc32 } from '../../../src/image/png/checksums.ts';

/** The checksum that zlib itself writes behind what it deflates (RFC 1950, 2.2). */
function zlibAdler32(bytes: Uint8Array): number {
  return deflateSync(bytes, { level: 0 }).readUInt32BE(deflateSync(bytes, { level: 0 }).length - 4);
}

/** Adds the bytes from an odd place on, in pieces of a length. */
function adler32InPieces(bytes: Uint8Array, pieceBytes: number): number {
  const before = 3;
  const words = new Uint32Array(Math.ceil((before + bytes.length) / 4));
  const memory = new Uint8Array(words.buffer);
  memory.set(bytes, before);
  const checksum = new Adler32();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const end = Math.min(at + pieceBytes, bytes.length);
    checksum.add(memory, words, before + at, before + end);
  }
  return checksum.value;
}

describe('Adler32', () => {
  test.for([0, 1, 127, 254, 255])('is that of zlib for many bytes of %i', (value) => {
    const bytes = new Uint8Array(100_000).fill(value);
    for (const pieceBytes of [1, 80, 4801, 100_000]) {
      expect(adler32InPieces(bytes, pieceBytes)).toBe(zlibAdler32(bytes));
    }
  });

  test('is that of zlib for any bytes in any pieces', () => {
    const pattern = fc.uint8Array({ minLength: 1, maxLength: 50 });
    const piece = fc.integer({ min: 1, max: 20_000 });
    const property = fc.property(pattern, fc.nat(30_000), piece, (pattern, length, pieceBytes) => {
      const bytes = Uint8Array.from({ length }, (_, i) => pattern[i % pattern.length]);
      expect(adler32InPieces(bytes, pieceBytes)).toBe(zlibAdler32(bytes));
    });
    fc.assert(property, { numRuns: 200 });
  });
});

test('crc32 is that of zlib for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      expect(crc32(bytes)).toBe(zlibCrc32(bytes));
    }),
  );
});
