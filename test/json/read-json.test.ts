import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { readJson } from '../../src/json/read-json.ts';
import { exceedsFloat32, read, rounded, toPlain } from './plain.ts';

const encoder = new TextEncoder();

/** Chooses among so many. */
type Choose = (count: number) => number;

const choices = fc.infiniteStream(fc.nat()).map(
  (stream): Choose =>
    (count) =>
      stream.next().value % count,
);

const shortEscapes: Record<string, string> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
};

/** A string as JSON, each character in one of its spellings. */
function spelledString(text: string, choose: Choose): string {
  const characters = Array.from(text, (character) => {
    const escaped = (upper: boolean): string =>
      character
        .split('')
        .map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
        .map((hex) => `\\u${upper ? hex.toUpperCase() : hex}`)
        .join('');
    const spellings = [escaped(false), escaped(true)];
    if (character in shortEscapes) spellings.push(shortEscapes[character]);
    // UTF-8 has no lone surrogates, and JSON no control characters.
    if (character.isWellFormed() && character >= ' ' && !'"\\'.includes(character))
      spellings.push(character);
    return spellings[choose(spellings.length)];
  });
  return `"${characters.join('')}"`;
}

/** A value as JSON, with white space anywhere. */
function spelled(value: unknown, choose: Choose): string {
  const space = (): string => ['', '', ' ', '\n', '\r', '\t', ' \r\n\t'][choose(7)];
  const text = (): string => {
    if (typeof value === 'string') return spelledString(value, choose);
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    if (Array.isArray(value)) {
      const elements = value.map((element) => spelled(element, choose));
      return `[${elements.join(',') || space()}]`;
    }
    const members = Object.entries(value).map(
      ([name, member]) =>
        `${space()}${spelledString(name, choose)}${space()}:${spelled(member, choose)}`,
    );
    return `{${members.join(',') || space()}}`;
  };
  return `${space()}${text()}${space()}`;
}

const strings = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
const documents = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' });

/** Numbers in every form that the grammar has. */
const numberTexts = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.constantFrom(
      '0',
      '1',
      '9',
      '12',
      '9007199254740991',
      '9007199254740993',
      '17976931348623157',
    ),
    fc.option(fc.stringMatching(/^\d{1,20}$/), { nil: '' }),
    fc.constantFrom('', 'e', 'E'),
    fc.constantFrom('', '+', '-'),
    fc.nat(330),
  )
  .map(
    ([minus, whole, fraction, e, sign, power]) =>
      `${minus}${whole}${fraction && `.${fraction}`}${e && `${e}${sign}${power}`}`,
  );

/** Pieces that make JSON wrong, or something else. */
const pieces = [
  ...'"\\,:[]{}0-+.eE19utfnN/ \n',
  '\0',
  '\x1f',
  '\x7f',
  'é',
  '\u2028',
  'null',
  '""',
  '[]',
  '0,',
]
  .map((piece) => [...encoder.encode(piece)])
  .concat([[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf]]);

const mutations = fc.array(
  fc.record({ at: fc.nat(), removed: fc.nat(2), inserted: fc.constantFrom([], ...pieces) }),
  { minLength: 1, maxLength: 3 },
);

/** What JSON.parse makes of UTF-8; undefined where it is none. */
function parsed(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

function refusalOf(body: Uint8Array | string): AppError {
  try {
    readJson(typeof body === 'string' ? encoder.encode(body) : body);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It was read.');
}

describe('readJson', () => {
  it('gives what JSON.parse gives, however values are spelled', () => {
    fc.assert(
      fc.property(documents, choices, (document, choose) => {
        const text = spelled(document, choose);
        const value: unknown = JSON.parse(text);
        fc.pre(!exceedsFloat32(value));
        expect(JSON.stringify(toPlain(read(text)))).toBe(JSON.stringify(rounded(value)));
      }),
      { numRuns: 500 },
    );
  });

  it('gives strings as JSON.parse does, with lone surrogates too', () => {
    fc.assert(
      fc.property(strings, choices, (string, choose) => {
        const text = spelledString(string, choose);
        expect(read(text)).toBe(JSON.parse(text));
      }),
    );
    for (const text of ['"\\ud83d\\ude00"', '"\\ude00\\ud83d"', '"a\\ud800"', '"\ufeff"']) {
      expect(read(text)).toBe(JSON.parse(text));
    }
  });

  it('gives the same double for a number as JSON.parse', () => {
    fc.assert(
      fc.property(numberTexts, (text) => {
        expect(read(text)).toBe(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(read(JSON.stringify(number))).toBe(JSON.parse(JSON.stringify(number)));
      }),
    );
  });

  it('refuses what JSON.parse refuses, and nothing else but its limits', () => {
    fc.assert(
      fc.property(documents, choices, mutations, (document, choose, changes) => {
        const bytes = [...encoder.encode(spelled(document, choose))];
        for (const { at, removed, inserted } of changes) {
          bytes.splice(at % (bytes.length + 1), removed, ...inserted);
        }
        const body = Uint8Array.from(bytes);
        const expected = parsed(body);
        if (expected === undefined) {
          expect(refusalOf(body).code).toBe('invalid-json');
          return;
        }
        fc.pre(!exceedsFloat32(expected.value));
        let value: unknown;
        try {
          value = toPlain(readJson(body));
        } catch (error) {
          expect(String(error)).toContain('two members of the same name');
          return;
        }
        expect(JSON.stringify(value)).toBe(JSON.stringify(rounded(expected.value)));
      }),
      { numRuns: 2000 },
    );
  });

  it.for([
    ['numbers', '-+01.eE', '', ''],
    ['strings', '"\\\\u0d8aF/nx', '"', '"'],
    ['arrays and objects', '[]{},:1 "', '', ''],
    ['arrays of numbers', '[],1x', '[[1', ']'],
  ])('agrees with JSON.parse about short texts of what %s are made of', ([, units, head, tail]) => {
    const texts = fc.string({ unit: fc.constantFrom(...units), minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(texts, (middle) => {
        const text = head + middle + tail;
        const expected = parsed(encoder.encode(text));
        if (expected === undefined) expect(refusalOf(text).code).toBe('invalid-json');
        else expect(toPlain(read(text))).toEqual(rounded(expected.value));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes a byte order mark', () => {
    expect(read('\ufeff{"top_k":3}')).toEqual({ top_k: 3 });
  });

  it('makes a member of any name, __proto__ too', () => {
    const value = read('{"__proto__":{"isAdmin":true},"constructor":1}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value ?? {})).toEqual([
      ['__proto__', { isAdmin: true }],
      ['constructor', 1],
    ]);
  });

  it.for([
    ['', '', 'Expected a value at byte 0 of the JSON but found its end.'],
    [
      '{"images":["a","b",]}',
      '/images/2',
      'Expected a value at byte 19 of the JSON but found "]".',
    ],
    ['{"a":{"b":nil}}', '/a/b', 'Expected null at byte 11 of the JSON but found "i".'],
    ['{"a":1,}', '', 'Expected a name in quotation marks at byte 7 of the JSON but found "}".'],
    ['{"a":NaN}', '/a', 'Expected a value at byte 5 of the JSON but found "N".'],
    [
      '{"a/b":{"m~n":[1,2,03]}}',
      '/a~1b/m~0n/2',
      'Expected a number without leading zeros at byte 19',
    ],
    [
      '{"a":"\n"}',
      '/a',
      'Expected an escape instead of a control character at byte 6 of the JSON but found the byte 0x0a.',
    ],
    ['{"a":1,"a":2}', '/a', 'The JSON has two members of the same name in one object; send one.'],
    ['{"a":1,"\\u0061":2}', '/a', 'two members of the same name'],
    ['{} {}', '', 'Expected the end of the JSON at byte 3 of the JSON but found "{".'],
    ['{"a" 1}', '/a', 'Expected a colon behind the name at byte 5'],
    ['[1 2]', '/0', 'Expected a comma or ] at byte 3'],
    ['["\\x"]', '/0', 'Expected one of " \\ / b f n r t u behind the backslash at byte 3'],
    ['["\\u12g4"]', '/0', 'Expected four hexadecimal digits behind \\u at byte 6'],
    ['[0, 1e39]', '', 'Expected numbers that float32 can hold, but the one at byte 4 of the JSON'],
    ['"abc', '', 'Expected a quotation mark at byte 4 of the JSON but found its end.'],
  ])('says what is wrong with %j, and where', ([text, pointer, message]) => {
    const refusal = refusalOf(text);
    expect(refusal.message).toContain(message);
    expect(refusal).toMatchObject({ code: 'invalid-json', facts: { pointer } });
  });

  it('refuses strings that are not UTF-8, short and long', () => {
    const short = [...encoder.encode('["a"]')];
    short[2] = 0xff;
    expect(refusalOf(Uint8Array.from(short)).message).toContain('Expected UTF-8');
    expect(refusalOf(`["${'é'.repeat(3000)}"]`).message).toContain('to be base64');
  });

  it.for([
    [
      'depth',
      `${'['.repeat(17)}${']'.repeat(17)}`,
      'more than 16 arrays and objects within each other',
    ],
    ['values', `[${'null,'.repeat(10_000)}null]`, 'more than 10000 values'],
    ['names', `{"${'a'.repeat(257)}":1}`, 'names of at most 256 bytes'],
    ['numbers', '1'.repeat(1101), 'more than 1100 characters'],
    [
      'text',
      `["${Array(300).fill('a'.repeat(4000)).join('","')}"]`,
      'more than 1000000 bytes together',
    ],
  ])('limits %s', ([, text, message]) => {
    expect(refusalOf(text).message).toContain(message);
  });

  it('takes what is just within the limits', () => {
    const depth = 16;
    expect(toPlain(read(`${'['.repeat(depth)}${']'.repeat(depth)}`))).toBeInstanceOf(Array);
    expect(read(`[${'null,'.repeat(9_998)}null]`)).toHaveLength(9999);
    expect(read(`{"${'a'.repeat(256)}":1}`)).toEqual({ ['a'.repeat(256)]: 1 });
    expect(read(`"${'a'.repeat(4096)}"`)).toBe('a'.repeat(4096));
    expect(read(`0.${'1'.repeat(1098)}`)).toBeCloseTo(1 / 9);
  });
});
