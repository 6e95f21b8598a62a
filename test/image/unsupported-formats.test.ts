import { describe, expect, test } from 'vitest';
import { formatOf } from '../../src/image/formats.ts';
import { describeUnsupported } from '../../src/image/unsupported-formats.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A file type box (ISO/IEC 14496-12, 4.3). */
function fileType(major: string, ...compatible: string[]): Uint8Array {
  const length = 16 + compatible.length * 4;
  return text(`\0\0\0${String.fromCharCode(length)}ftyp${major}\0\0\0\0${compatible.join('')}`);
}

describe('describeUnsupported', () => {
  test.for([
    ['a HEIC photo', fileType('heic', 'mif1', 'heic')],
    ['a HEIC photo', fileType('mif1', 'mif1', 'heic')],
    ['a HEIC photo', fileType('msf1', 'msf1', 'hevc')],
    ['an AVIF image', fileType('avif', 'avif', 'mif1', 'miaf')],
    // Its major brand is that of HEIF at large.
    ['an AVIF image', fileType('mif1', 'mif1', 'avif', 'miaf')],
    ['an AVIF image', fileType('avis', 'avis', 'msf1')],
    ["a camera's raw photo", fileType('crx ', 'crx ', 'isom')],
    ['a video', fileType('isom', 'isom', 'mp41')],
    ['a video', fileType('qt  ', 'qt  ')],
    ['a video', Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 1)],
    ['a video', text('RIFF\x10\0\0\0AVI LIST')],
    ['a TIFF image', Uint8Array.of(0x49, 0x49, 0x2a, 0, 8, 0, 0, 0)],
    ['a TIFF image', Uint8Array.of(0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8)],
    ['a JPEG XL image', Uint8Array.of(0xff, 0x0a, 0, 0)],
    ['a JPEG XL image', text('\0\0\0\x0cJXL \r\n')],
    ['a JPEG 2000 image', text('\0\0\0\x0cjP  \r\n')],
    ['a Photoshop document', text('8BPS\0\x01')],
    ['an icon', Uint8Array.of(0, 0, 1, 0, 1, 0, 16, 16)],
    ['a PDF document', text('%PDF-1.7')],
    ['an SVG drawing', text('<?xml version="1.0"?>\n<!-- a rose -->\n<svg xmlns="x">')],
    ['an HTML page', text('<!DOCTYPE html><title>404</title>')],
    ['base64 text', text('/9j/4AAQSkZJRgABAQAAAQABAAD')],
    ['base64 text', text('data:image/png;base64,iVBORw0KGgoAAAANSUhEUg')],
    ['JSON', text('\n{"error": "not found"}')],
    ['no image format that Petal knows', text('daisy.jpg')],
    ['no image format that Petal knows', new Uint8Array(0)],
  ] as const)('recognises %s', ([name, bytes]) => {
    expect(formatOf(bytes)).toBeUndefined();
    expect(describeUnsupported(bytes)).toMatchObject({
      name,
      advice: expect.stringMatching(/^[A-Z].+\.$/),
    });
  });
});
