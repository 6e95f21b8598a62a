/** Files that people send and that are not decoded, so that a refusal can say what they sent and what to do. */
import { hasText, isoBrands, startsWith, textHead } from './signature.ts';

/** What a file is that can't be decoded. */
export interface UnsupportedFile {
  /** With its article. */
  readonly name: string;
  /** One sentence: what to do instead. */
  readonly advice: string;
}

interface UnsupportedFormat extends UnsupportedFile {
  readonly matches: (bytes: Uint8Array) => boolean;
}

const hasBrand =
  (...brands: string[]) =>
  (bytes: Uint8Array): boolean =>
    isoBrands(bytes).some((brand) => brands.includes(brand));

const saveAgain = 'Open it in any image program and save it as JPEG, PNG or WebP.';
const sendOneFrame = 'Send one frame of it, saved as JPEG or PNG.';
const sendThePhoto = 'Send the bytes of the photo itself.';

/** The first that matches counts. */
const unsupportedFormats: readonly UnsupportedFormat[] = [
  {
    name: 'an AVIF image',
    advice: saveAgain,
    matches: hasBrand('avif', 'avis'),
  },
  {
    name: 'a HEIC photo',
    advice:
      'An iPhone sends JPEG where the form asks for it with <input type="file" accept="image/jpeg">, and takes JPEG with Settings > Camera > Formats > Most Compatible; any other HEIC photo can be saved as JPEG.',
    matches: hasBrand('heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'),
  },
  {
    name: "a camera's raw photo",
    advice: 'Develop it, and send it as JPEG.',
    matches: hasBrand('crx '),
  },
  {
    name: 'a video',
    advice: sendOneFrame,
    matches: (bytes) =>
      hasText(bytes, 4, 'ftyp') ||
      hasText(bytes, 4, 'moov') ||
      hasText(bytes, 4, 'mdat') ||
      // Matroska and WebM (RFC 9559), MPEG program streams, FLV
      startsWith(bytes, [0x1a, 0x45, 0xdf, 0xa3]) ||
      startsWith(bytes, [0, 0, 1, 0xba]) ||
      hasText(bytes, 0, 'FLV\x01') ||
      (hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'AVI ')),
  },
  {
    name: 'a TIFF image',
    advice: saveAgain,
    matches: (bytes) =>
      startsWith(bytes, [0x49, 0x49, 0x2a, 0]) || startsWith(bytes, [0x4d, 0x4d, 0, 0x2a]),
  },
  {
    name: 'a JPEG XL image',
    advice: saveAgain,
    matches: (bytes) => startsWith(bytes, [0xff, 0x0a]) || hasText(bytes, 4, 'JXL '),
  },
  {
    name: 'a JPEG 2000 image',
    advice: saveAgain,
    matches: (bytes) => hasText(bytes, 4, 'jP  ') || startsWith(bytes, [0xff, 0x4f, 0xff, 0x51]),
  },
  {
    name: 'a Photoshop document',
    advice: 'Export it as JPEG, PNG or WebP.',
    matches: (bytes) => hasText(bytes, 0, '8BPS'),
  },
  {
    name: 'an icon',
    advice: saveAgain,
    matches: (bytes) => startsWith(bytes, [0, 0, 1, 0]) && bytes[4] > 0 && bytes[5] === 0,
  },
  {
    name: 'a PDF document',
    advice: 'Save the page or the picture as JPEG or PNG.',
    matches: (bytes) => hasText(bytes, 0, '%PDF'),
  },
  {
    name: 'an SVG drawing',
    advice: 'Draw it first: export it as PNG.',
    matches: (bytes) => textHead(bytes).includes('<svg'),
  },
  {
    name: 'an HTML page',
    advice: `${sendThePhoto} Whatever it was fetched from may have answered with a page instead.`,
    matches: (bytes) => /<(!doctype )?html/i.test(textHead(bytes)),
  },
  {
    name: 'base64 text',
    advice: 'Decode it first, and send the bytes.',
    matches: (bytes) =>
      /^(data:image\/[\w.+-]+;base64,)?(\/9j\/|iVBORw0KGgo|R0lGOD|UklGR)/.test(textHead(bytes)),
  },
  {
    name: 'JSON',
    advice: sendThePhoto,
    matches: (bytes) => /^\s*[{[]/.test(textHead(bytes)),
  },
];

const unknown: UnsupportedFile = {
  name: 'no image format that Petal knows',
  advice: saveAgain,
};

/** What a file looks like that is of no supported format. */
export function describeUnsupported(bytes: Uint8Array): UnsupportedFile {
  return unsupportedFormats.find(({ matches }) => matches(bytes)) ?? unknown;
}
