import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Base64Text, decodeBase64Text } from '../../src/json/base64-text.ts';
import { readJson } from '../../src/json/read-json.ts';

/** How clients write base64 into JSON. */
const spellings = fc.record({
  alphabet: fc.constantFrom('base64' as const, 'base64url' as const),
  omitPadding: fc.boolean(),
  /** Line breaks as MIME and `base64` have them, and odd spaces. */
  space: fc.constantFrom('', '\n', '\r\n', ' ', '\t'),
  head: fc.constantFrom(
    '',
    'data:;base64,',
    'data:image/jpeg;base64,',
    ' DATA:Image/PNG;charset=utf-8;name=a%20b.png;BASE64,',
    'data:image/svg+xml;a="é"; base64 ,',
  ),
  isPercentEncoded: fc.boolean(),
  /** Characters that are escaped as \u, by .NET or Gson, and as \/, by PHP. */
  escaped: fc.constantFrom('', '+', '+/=', '=', 'A='),
  isUpperCase: fc.boolean(),
  hasEscapedSlashes: fc.boolean(),
});
type Spelling = typeof spellings extends fc.Arbitrary<infer Value> ? Value : never;

/** A JSON string, with its quotation marks. */
function spelled(bytes: Uint8Array, spelling: Spelling): string {
  const { alphabet, omitPadding, space, head, isPercentEncoded, escaped } = spelling;
  let data = bytes.toBase64({ alphabet, omitPadding }).replace(/.{76}/g, `$&${space}`);
  if (isPercentEncoded) data = data.replace(/[+/=\s]/g, encodeURIComponent);
  const json = JSON.stringify(head + data).replace(/[A+/=é]/g, (char) => {
    const hex = char.charCodeAt(0).toString(16).padStart(4, '0');
    if (escaped.includes(char) || char === 'é') {
      return `\\u${spelling.isUpperCase ? hex.toUpperCase() : hex}`;
    }
    return char === '/' && spelling.hasEscapedSlashes ? '\\/' : char;
  });
  return json;
}

function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 13);
}

function read(json: string): { body: Uint8Array; image: string | Base64Text } {
  const body = new TextEncoder().encode(`{"image":${json}}`);
  const { image } = readJson(body) as { image: string | Base64Text };
  return { body, image };
}

describe('decodeBase64Text', () => {
  it('gives the bytes back from short strings of every spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), spellings, (bytes, spelling) => {
        const { image } = read(spelled(bytes, spelling));
        expect(image).toBeTypeOf('string');
        expect(decodeBase64Text(image, '/image')).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the bytes back from long strings of every spelling, in the memory of the body', () => {
    const lengths = fc.integer({ min: 4096, max: 60_000 });
    fc.assert(
      fc.property(lengths, fc.nat(), spellings, (length, seed, spelling) => {
        const bytes = bytesOf(length, seed);
        const { body, image } = read(spelled(bytes, spelling));
        expect(image).toBeInstanceOf(Base64Text);
        const decoded = decodeBase64Text(image, '/image');
        expect(Buffer.compare(decoded, bytes)).toBe(0);
        expect(decoded.buffer).toBe(body.buffer);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves its neighbours alone', () => {
    const photos = [5000, 70_000, 4000].map(bytesOf);
    const text = JSON.stringify({ images: photos.map((photo) => photo.toBase64()) });
    const { images } = readJson(new TextEncoder().encode(text)) as { images: Base64Text[] };
    const decoded = images.map((image) => decodeBase64Text(image, ''));
    expect(decoded).toEqual(photos);
  });

  it.for([
    ['a character of another alphabet', 'AAAA!AAA'],
    ['a character beyond ASCII', 'AAAA\\u00e9AAA'],
    ['a control character', 'AAAA\\u0000AAA'],
    ['a lone percent sign', 'AAAA%2'],
    ['one character too many', 'AAAAA'],
    ['too little padding', 'AA='],
    ['too much padding', 'AAAA='],
    ['more behind the padding', 'AA==AAAA'],
    ['a data URL that is not base64', 'data:image/svg+xml,AAAA'],
    ['a data URL without data', 'data:image/jpeg;base64'],
    ['an address', 'https://example.com/photo.jpg'],
  ])('refuses %s, in short and long strings', ([, text]) => {
    const problem = expect.objectContaining({
      code: 'invalid-json',
      facts: { pointer: '/image' },
      message: expect.stringMatching(/^Expected a file in base64: the .*\.$/),
    });
    // Spaces make no difference to what a string holds.
    for (const spaces of [0, 5000]) {
      const { image } = read(`"${text}${' '.repeat(spaces)}"`);
      expect(() => decodeBase64Text(image, '/image')).toThrow(problem);
    }
  });

  it('refuses padding in the middle wherever it stands', () => {
    for (const length of [32_766, 65_534]) {
      const { image } = read(`"${'A'.repeat(length)}==AAAA"`);
      expect(() => decodeBase64Text(image, '/image')).toThrow('behind its padding');
    }
  });

  it('does not decode a text twice, whose memory holds something else by then', () => {
    const { image } = read(`"${'A'.repeat(8000)}"`);
    decodeBase64Text(image, '/image');
    expect(() => decodeBase64Text(image, '/image')).toThrow('taken before');
  });
});
