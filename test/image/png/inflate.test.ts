/** Decompression against zlib's compression, with all that DEFLATE has. */
import { constants, deflateSync, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../src/image/png/compressed-bits.ts';
import { Inflate } from '../../../src/image/png/inflate.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { seededRandom } from '../../../src/seeded-random.ts';

/** Gives bytes in portions of a size, and counts them. */
class Portions implements ByteSource {
  given = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(into: Uint8Array, start: number, end: number): number {
    const portion = this.#bytes.subarray(this.given, this.given + end - start);
    into.set(portion, start);
    this.given += portion.length;
    return start + portion.length;
  }
}

/** All that a stream gives, in reads of these sizes over and over. */
function inflate(compressed: Uint8Array, readBytes: readonly number[]): Uint8Array {
  const stream = new Inflate(new Portions(compressed), Math.max(...readBytes), unlimitedWork);
  const parts: Uint8Array[] = [];
  for (let i = 0; ; i++) {
    const wanted = readBytes[i % readBytes.length];
    if (!stream.read(wanted)) break;
    parts.push(stream.bytes.slice(stream.start, stream.start + wanted));
  }
  // The rest is shorter than the read that failed.
  while (stream.read(1)) parts.push(stream.bytes.slice(stream.start, stream.start + 1));
  return new Uint8Array(Buffer.concat(parts));
}

function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual).toHaveLength(expected.length);
  expect(Buffer.compare(actual, expected)).toBe(0);
}

/** Bytes of a kind: noise that hardly compresses, runs, and repeats from all distances. */
function draw(kind: string, length: number, seed = 1): Uint8Array {
  const random = seededRandom(seed);
  const bytes = new Uint8Array(length);
  if (kind === 'noise') return bytes.map(() => random() * 256);
  if (kind === 'skewed') {
    // Each value half as frequent as the one before: the longest codes that there are.
    return bytes.map(() => Math.min(255, -Math.log2(random() + 1e-9) * 1.05));
  }
  for (let at = 0; at < length; ) {
    const run = Math.min(length - at, 1 + Math.floor(random() * 400));
    const distance = kind === 'runs' ? 1 : Math.floor(1 + random() * 32_768);
    if (at >= distance && random() < 0.8) {
      for (const end = at + run; at < end; at++) bytes[at] = bytes[at - distance];
    } else {
      bytes[at++] = random() * 256;
    }
  }
  return bytes;
}

const strategies = {
  default: constants.Z_DEFAULT_STRATEGY,
  filtered: constants.Z_FILTERED,
  'Huffman only': constants.Z_HUFFMAN_ONLY,
  'run lengths': constants.Z_RLE,
  'fixed codes': constants.Z_FIXED,
} as const;
const kinds = ['noise', 'skewed', 'runs', 'repeats'] as const;

const variants: readonly { name: string; options: ZlibOptions }[] = [
  ...Array.from({ length: 10 }, (_, level) => ({ name: `level ${level}`, options: { level } })),
  ...Object.entries(strategies).map(([name, strategy]) => ({
    name: `strategy ${name}`,
    options: { strategy, level: 9 },
  })),
  ...[9, 11, 15].map((windowBits) => ({
    name: `window of ${windowBits} bits`,
    options: { windowBits },
  })),
  ...[1, 9].map((memLevel) => ({ name: `memory level ${memLevel}`, options: { memLevel } })),
];

describe.for(variants)('Inflate with $name', ({ options }) => {
  test.for(kinds)('gives what was compressed: %s', (kind) => {
    for (const length of [0, 1, 300, 32_768, 300_000]) {
      const bytes = draw(kind, length);
      expectSame(inflate(deflateSync(bytes, options), [4001]), bytes);
    }
  });
});

describe('Inflate', () => {
  test('gives the same however much is read at once', () => {
    const bytes = draw('repeats', 200_000, 5);
    const compressed = deflateSync(bytes);
    const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, (readBytes) => expectSame(inflate(compressed, readBytes), bytes)),
      { numRuns: 50 },
    );
  });

  test('gives any bytes back', () => {
    const level = fc.integer({ min: 0, max: 9 });
    const strategy = fc.constantFrom(...Object.values(strategies));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), level, strategy, (bytes, ...options) => {
        const compressed = deflateSync(bytes, { level: options[0], strategy: options[1] });
        expectSame(inflate(compressed, [7]), bytes);
      }),
      { numRuns: 300 },
    );
  });

  test('gives the beginning of a stream that is cut anywhere, and no wrong byte', () => {
    for (const strategy of Object.values(strategies)) {
      const bytes = draw('repeats', 3000, 7);
      const compressed = deflateSync(bytes, { strategy });
      let longest = 0;
      for (let length = 0; length <= compressed.length; length++) {
        const given = inflate(compressed.subarray(0, length), [11]);
        expectSame(given, bytes.subarray(0, given.length));
        expect(given.length).toBeGreaterThanOrEqual(longest);
        longest = given.length;
      }
      expect(longest).toBe(bytes.length);
    }
  });

  test('ends where it is damaged, and never fails otherwise', () => {
    const compressed = deflateSync(draw('repeats', 20_000, 9));
    const change = fc.tuple(fc.nat(compressed.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const damaged = Uint8Array.from(compressed);
        for (const [at, value] of changes) damaged[at] = value;
        const most = compressed.length * 8 * 258;
        expect(inflate(damaged, [1000]).length).toBeLessThanOrEqual(most);
      }),
      { numRuns: 1000 },
    );
  });

  test('reads no more of its source than it needs to', () => {
    const compressed = deflateSync(new Uint8Array(64_000_000));
    const source = new Portions(compressed);
    const stream = new Inflate(source, 10_100, unlimitedWork);
    expect(stream.read(10_100)).toBe(true);
    expect(source.given).toBeLessThan(compressed.length);
    expect(source.given).toBeLessThanOrEqual(32_768);
  });

  const [method, flags] = deflateSync(Uint8Array.of(1, 2, 3));
  test.for([
    ['another method', method | 1, flags],
    ['a window that is too large', 0x88, 0x1c],
    ['a wrong check', method, flags ^ 1],
    ['a preset dictionary', 0x78, 0xbb],
    ['nothing', undefined, undefined],
  ] as const)('gives nothing of a stream with %s in its header', ([, ...header]) => {
    const body = deflateSync(Uint8Array.of(1, 2, 3)).subarray(2);
    const start = header.filter((byte) => byte !== undefined);
    const compressed = start.length === 0 ? new Uint8Array(0) : Uint8Array.of(...start, ...body);
    expect(inflate(compressed, [1])).toHaveLength(0);
  });

  /** Blocks by their bits, the first of each byte lowest (RFC 1951, 3.1.1); spaces only separate. */
  function stream(bits: string): Uint8Array {
    const bytes = bits.replaceAll(' ', '').match(/.{1,8}/g) ?? [];
    const packed = bytes.map((byte) => Number.parseInt([...byte].reverse().join(''), 2));
    return Uint8Array.of(0x78, 0x9c, ...packed);
  }

  /** In the fixed code, bytes up to 143 are eight bits from 00110000 on; 0000000 ends the block. */
  const fixedA = '01110001';
  const fixedEnd = '0000000';

  test('goes on behind empty blocks, and aligns stored ones', () => {
    const emptyFixed = `0 10 ${fixedEnd}`;
    const fixed = `0 10 ${fixedA} ${fixedEnd}`;
    // These are 10 and 18 bits; with the stored block's own 3 there is one left of the fourth byte.
    const storedB = `0 00 0 ${'1'.padEnd(16, '0')} ${'0'.padEnd(16, '1')} 01000010`;
    const bits = `${emptyFixed} ${fixed} ${storedB} 1 10 ${fixedA} ${fixedEnd}`;
    expect([...inflate(stream(bits), [1])]).toEqual([0x41, 0x42, 0x41]);
  });

  /**
   * A block with a code of its own, and in it "A". Of the lengths' code, 00 is the length 0, 01 the
   * length 1, 10 the last one 3 times or more, and 11 the length 0 for 11 times or more (3.2.7).
   */
  function dynamicA(lengths: string): Uint8Array {
    const lengthCodes = ['010', '000', '010', '010', ...Array(13).fill('000'), '010'];
    return stream(`1 01 00000 00000 0111 ${lengthCodes.join('')} ${lengths} 0 1 ${'0'.repeat(64)}`);
  }

  /** The length 0 from 11 to 138 times. */
  function zeros(count: number): string {
    return `11 ${[...(count - 11).toString(2).padStart(7, '0')].reverse().join('')}`;
  }

  test('reads lengths of codes up to the last, and repeats none before the first', () => {
    const behindA = `${zeros(138)} ${zeros(52)} 01`;
    expect([...inflate(dynamicA(`${zeros(65)} 01 ${behindA} 00`), [1])]).toEqual([0x41]);
    expect([...inflate(dynamicA(`${zeros(65)} 01 ${behindA} ${zeros(11)}`), [1])]).toEqual([]);
    expect([...inflate(dynamicA(`10 00 ${zeros(62)} 01 ${behindA} 00`), [1])]).toEqual([]);
  });

  test.for([
    ['a fourth type of block', `0 10 ${fixedA} ${fixedEnd} 1 11 ${fixedA}`],
    ['a distance to before the beginning', `1 10 ${fixedA} 0000001 00001 ${fixedA}`],
    ['a distance code that is not used', `1 10 ${fixedA} 0000001 11110 ${fixedA}`],
    ['a length code that is not used', `1 10 ${fixedA} 11000110 00000 ${fixedA}`],
    [
      'a stored block whose lengths disagree',
      `0 10 ${fixedA} ${fixedEnd} 1 00 000 ${'1'.repeat(32)}`,
    ],
    [
      'code lengths of no code',
      `0 10 ${fixedA} ${fixedEnd} 1 01 00000 00000 0000 ${'100'.repeat(4)}`,
    ],
  ] as const)('gives what came before %s', ([, bits]) => {
    expect([...inflate(stream(`${bits} ${'0'.repeat(64)}`), [1])]).toEqual([0x41]);
  });
});
