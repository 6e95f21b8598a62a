import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { embeddingLength } from '../../src/classes/head.ts';
import { type Manifest, maxLabels } from '../../src/classes/manifest.ts';
import { type CustomModel, readModelFile, writeModelFile } from '../../src/classes/model-file.ts';
import { AppError } from '../../src/errors.ts';
import { writeSafetensors } from '../../src/safetensors.ts';
import { allocatedBytes } from '../image/allocated-bytes.ts';
import { customModel } from '../support/custom-model.ts';

/** As many as PUT takes. */
const fileBytes = 12_000_000;

const backbone = { model: 'mobilenet_v2', sha256: 'a'.repeat(64) };

function read(file: Uint8Array<ArrayBuffer>): CustomModel {
  return readModelFile(file.buffer, { ...backbone, blocks: [] }, 'f'.repeat(64));
}

/** A file whose header is this text, and nothing behind it. */
function fileOfHeader(header: Uint8Array): Uint8Array<ArrayBuffer> {
  const headerBytes = Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes).fill(0x20, 8);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.set(header, 8);
  return file;
}

/** So many bytes of the same over and over, between a head and a tail. */
function repeated(piece: string, bytes: number, head: string, tail: string): string {
  const count = Math.floor((bytes - head.length - tail.length) / piece.length);
  return head + piece.repeat(count) + tail;
}

/** The refusal of a file. */
function refusalOf(file: Uint8Array<ArrayBuffer>): AppError {
  try {
    read(file);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The file was taken.');
}

/** All that the work takes, whether or not it is freed: objects, strings and typed arrays. */
function takenBytes(work: () => void): number {
  let heap = 0;
  const arrays = allocatedBytes(() => {
    const before = getHeapStatistics().total_allocated_bytes;
    work();
    heap = getHeapStatistics().total_allocated_bytes - before;
  });
  return heap + arrays;
}

function expectRefusal(file: Uint8Array<ArrayBuffer>, reason: RegExp): void {
  let refusal: AppError | undefined;
  const taken = takenBytes(() => {
    refusal = refusalOf(file);
  });
  expect(refusal?.code).toBe('invalid-model');
  expect(refusal?.message).toMatch(reason);
  expect(refusal?.message.length).toBeLessThan(600);
  expect(taken).toBeLessThan(fileBytes);
}

/** What is repeated, what stands before it and behind it, and what the refusal says. */
type Bomb = [piece: string, head: string, tail: string, reason: RegExp];

const header = '{"__metadata__":{"manifest":"{}"},';
const row = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';

/** Headers that fit into the bytes that a header may have. */
const headers: Record<string, Bomb> = {
  'opening brackets': ['[', '', '', /more than 3 arrays and objects/],
  'opening braces': ['{"a":', '', '', /more than 3 arrays and objects/],
  'empty arrays': ['[],', '[', '0]', /more than 8000 values/],
  'empty objects': ['{},', '[', '0]', /more than 8000 values/],
  'short strings': ['"a",', '[', '0]', /more than 8000 values/],
  numbers: ['0,', '[', '0]', /more than 6000 numbers/],
  'lists of a number': ['[0],', '[', '[0]]', /more than 6000 numbers/],
  'one number': ['1', '', '', /more than 1100 characters/],
  'one name': ['a', '{"', '":0}', /names of at most 256 bytes/],
  'one string': ['a', '"', '"', /no metadata/],
  'one string of escapes': ['\\u0000', '"', '"', /no metadata/],
  'the same name': [`"w":${row},`, header, `"v":${row}}`, /two members of the same name/],
  'white space': [' ', '{', '', /Expected a name/],
};

/** Manifests that fit into such a header. */
const manifests: Record<string, Bomb> = {
  'opening brackets': ['[', '', '', /more than 4 arrays and objects/],
  'empty arrays': ['[],', '{"labels":[', '0]}', /more than 8100 values/],
  'empty objects': ['{},', '{"labels":[', '0]}', /more than 8100 values/],
  numbers: ['0,', '{"labels":[', '0]}', /more than 1002000 numbers/],
  'white space': [' ', '{', '', /Expected a name/],
};

/** A list of the same, a thousand times. */
function thousand(element: string): string {
  return repeated(`${element},`, 1000 * (element.length + 1) + 1, '[', ']').replace(',]', ']');
}

/** Manifests with as many numbers as there may be: a key, its value, and what the refusal says. */
const millions: Record<string, [key: string, value: string, reason: RegExp]> = {
  'a million labels': ['labels', repeated('0,', 2_000_000, '[', '0]'), /1000 elements in one/],
  'a million labels that are lists': [
    'labels',
    repeated('[0],', 4_000_000 - 900, '[', '[0]]'),
    /1000 elements in one/,
  ],
  'a million lists': ['labels', thousand(thousand('[0]')), /more than 8100 arrays/],
  'a million wrong counts': ['metrics', `{"confusion":${thousand(thousand('-1'))}}`, /metrics/],
};

const maxHeaderBytes = 4_000_000;

describe('a model’s file of 12 MB', () => {
  test.for(['[', '{"a":', '"a",', '0,', ' ', 'a'])('with a header of %s is refused', (piece) => {
    const text = new TextEncoder().encode(repeated(piece, fileBytes - 8, '', ''));
    expectRefusal(fileOfHeader(text), /more than 4000000 bytes/);
  });

  test.for(Object.entries(headers))(
    'with a header of %s is refused within its memory',
    ([, [piece, head, tail, reason]]) => {
      const text = repeated(piece, maxHeaderBytes, head, tail);
      expectRefusal(fileOfHeader(new TextEncoder().encode(text)), reason);
    },
  );

  test('with a million tensors is refused within its memory', () => {
    const rows: string[] = [];
    for (let i = 0; rows.length < 1_000_000; i++) rows.push(`"${i}":0`);
    const text = new TextEncoder().encode(`${header}${rows.join(',')}}`);
    expectRefusal(fileOfHeader(text), /more than 4000000 bytes/);
    const few = new TextEncoder().encode(`${header}${rows.slice(0, 300_000).join(',')}}`);
    expectRefusal(fileOfHeader(few), /more than 8000 values/);
    const fewer = rows.slice(0, 1001).join(',');
    expectRefusal(
      fileOfHeader(new TextEncoder().encode(`${header}${fewer}}`)),
      /1001 tensors, but at most 1000/,
    );
  });

  test.for(Object.entries(manifests))(
    'with a manifest of %s is refused within its memory',
    ([, [piece, head, tail, reason]]) => {
      // Its quotation marks are escaped in the header.
      const manifest = repeated(piece, maxHeaderBytes - 1000, head, tail);
      expectRefusal(writeSafetensors({ manifest }, []), reason);
    },
  );

  test.for(Object.entries(millions))(
    'with %s takes no more than the numbers',
    ([, [key, list, reason]]) => {
      const { manifest } = customModel(backbone, 1);
      const text = JSON.stringify({ ...manifest, [key]: '?' }).replace('"?"', list);
      const file = writeSafetensors({ manifest: text }, []);
      let refusal: AppError | undefined;
      const taken = takenBytes(() => {
        refusal = refusalOf(file);
      });
      expect(refusal?.code).toBe('invalid-model');
      expect(refusal?.message).toMatch(reason);
      // Code that was not compiled yet leaves an object for each number. A report of each would take
      // three times as much.
      expect(taken).toBeLessThan(120_000_000);
    },
  );

  test('with a name of every kind that nobody knows says so in a sentence', () => {
    const { manifest } = customModel(backbone, 1);
    const names = Array.from({ length: 1000 }, (_, i) => [`${i}`.padStart(200, 'x'), 0]);
    const text = JSON.stringify({ ...manifest, ...Object.fromEntries(names) });
    expectRefusal(writeSafetensors({ manifest: text }, []), /Unrecognized keys/);
  });
});

/** A model of so many labels, with a confusion matrix of counts that are drawn. */
function modelOf(labelCount: number, draw: () => number): CustomModel {
  const labels = Array.from({ length: labelCount }, (_, i) => `${i}`.padStart(100, 'é'));
  const model = customModel(backbone, 1, labels);
  const interval: [number, number] = [0.1234567890123456, 0.9876543210987654];
  const metrics: Manifest['metrics'] = {
    folds: 5,
    photos: 3 * labelCount,
    correct: labelCount,
    accuracy: 1 / 3,
    interval,
    confusion: labels.map(() => labels.map(draw)),
    labels: labels.map((label) => ({ label, photos: 3, precision: null, recall: 1 / 3 })),
    logLoss: 1.1,
    calibrationError: 0.1,
  };
  return { ...model, manifest: { ...model.manifest, metrics } };
}

describe('a valid model’s file', () => {
  test('of a thousand labels, and all measured, is read as it was written', () => {
    let next = 0;
    const model = modelOf(maxLabels, () => next++ % 100);
    const { manifest } = read(writeModelFile(model));
    expect(manifest).toEqual(model.manifest);
  });

  test('is read with every digit of its numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.infiniteStream(fc.maxSafeNat()),
        (count, counts) => {
          const model = modelOf(count, () => counts.next().value);
          const { manifest } = read(writeModelFile(model));
          expect(manifest).toEqual(model.manifest);
        },
      ),
    );
  });

  test('is read or refused with whatever JSON stands in its manifest, at no more cost', () => {
    const { manifest, head } = customModel(backbone, 1);
    if (head.kind !== 'softmax') throw new Error('Expected a softmax head.');
    const tensors = [
      { name: 'head.weights', shape: [2, embeddingLength], values: head.weights },
      { name: 'head.biases', shape: [2], values: head.biases },
    ];
    const keys = Object.keys(manifest);
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.jsonValue({ maxDepth: 6, noUnicodeString: false }),
        (key, value) => {
          const text = JSON.stringify({ ...manifest, [key]: value });
          const file = writeSafetensors({ manifest: text }, tensors);
          const taken = takenBytes(() => {
            try {
              read(file);
            } catch (error) {
              if (!(error instanceof AppError)) throw error;
              expect(['invalid-model', 'model-mismatch']).toContain(error.code);
            }
          });
          expect(taken).toBeLessThan(fileBytes / 4);
        },
      ),
      { numRuns: 40 },
    );
  });
});
