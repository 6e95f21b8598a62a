/** What the harness takes for a defect: codecs made up for the purpose, each with one. */
import { describe, expect, test } from 'vitest';
import { AppError, type ProblemCode } from '../../src/errors.ts';
import type { OpenImage } from '../../src/image/codec.ts';
import type { PictureTarget, RowSink } from '../../src/image/picture-target.ts';
import { type Attempt, attempt, openWith } from './attempt.ts';

const width = 40;
const height = 30;

function gray(sink: RowSink): Uint8Array {
  return new Uint8Array((sink.endColumn - sink.firstColumn) * 3).fill(128);
}

/** Opens a target at full size and sends it all that it wants. */
function decodeWell(target: PictureTarget): { truncated: boolean } {
  const sink = target.open({ width, height, reduction: { across: 1, down: 1 } });
  const row = gray(sink);
  for (let y = sink.firstRow; y < sink.endRow; y++) if (sink.wants(y)) sink.write(y, row);
  return { truncated: false };
}

const well: OpenImage = {
  width,
  height,
  orientation: 1,
  honestWork: { unitsPerByte: 0, usualUnitsPerByte: 0, unitsPerPixel: 0 },
  memoryBytes: () => 0,
  decode: decodeWell,
};

function attemptWith(image: Partial<OpenImage>, file = new Uint8Array(16)): Attempt {
  return attempt(
    file,
    'crop',
    openWith({
      open: () => ({ ...well, ...image }),
    }),
  );
}

/** A codec that writes rows as it is told. */
function writing(write: (sink: RowSink, row: Uint8Array) => void): Partial<OpenImage> {
  return {
    decode: (target) => {
      const sink = target.open({ width, height, reduction: { across: 1, down: 1 } });
      write(sink, gray(sink));
      return { truncated: false };
    },
  };
}

function refusing(code: ProblemCode, sentence: string): Partial<OpenImage> {
  return {
    decode: () => {
      throw new AppError(code, sentence);
    },
  };
}

describe('attempt', () => {
  test('finds nothing wrong with a codec that decodes', () => {
    expect(attemptWith({})).toMatchObject({ outcome: 'decoded', defects: [], pixels: 1200 });
  });

  test('tells a picture that is not whole', () => {
    const decode: OpenImage['decode'] = (target) => ({ ...decodeWell(target), truncated: true });
    expect(attemptWith({ decode })).toMatchObject({ outcome: 'truncated', defects: [] });
  });

  test('finds nothing wrong with a refusal', () => {
    const refused = attemptWith(refusing('image-decode-failed', 'It is damaged.'));
    expect(refused).toMatchObject({ outcome: 'image-decode-failed', defects: [] });
    const tooLarge = attemptWith({ memoryBytes: () => 1e9 });
    expect(tooLarge).toMatchObject({ outcome: 'image-too-large', defects: [] });
  });

  test('finds an exception that is no refusal, and says where it was thrown', () => {
    const decode: OpenImage['decode'] = () => {
      throw new TypeError('Cannot read properties of undefined');
    };
    const { outcome, defects } = attemptWith({ decode });
    expect(outcome).toBe('failed');
    expect(defects).toEqual([expect.stringMatching(/^TypeError: Cannot read.*\n +at .*test\.ts/)]);
  });

  test('finds an exception in a header', () => {
    const open = openWith({
      open: () => {
        throw new RangeError('Offset is outside the bounds of the DataView');
      },
    });
    const { outcome, defects } = attempt(new Uint8Array(16), 'crop', open);
    expect(outcome).toBe('failed');
    expect(defects).toEqual([expect.stringMatching(/^RangeError/)]);
  });

  test.for([
    ['a code that no file earns', refusing('internal', 'It failed.'), /^AppError: It failed/],
    ['no sentence', refusing('image-decode-failed', ''), /not a sentence/],
    ['half a sentence', refusing('image-decode-failed', 'bad data'), /not a sentence/],
  ] as const)('finds a refusal with %s', ([, image, defect]) => {
    expect(attemptWith(image).defects).toContainEqual(expect.stringMatching(defect));
  });

  test.for([
    [
      'sent twice',
      writing((sink, row) => {
        for (let y = sink.firstRow; y < sink.endRow; y++) {
          sink.write(y, row);
          if (y === sink.firstRow + 3) sink.write(y, row);
        }
      }),
    ],
    [
      'sent out of order',
      writing((sink, row) => {
        for (let y = sink.endRow - 1; y >= sink.firstRow; y--) sink.write(y, row);
      }),
    ],
    [
      'never sent',
      writing((sink, row) => {
        for (let y = sink.firstRow; y < sink.endRow - 1; y++) sink.write(y, row);
      }),
    ],
    [
      'sent that is not wanted',
      writing((sink, row) => {
        for (let y = sink.firstRow; y < sink.endRow; y++) sink.write(y, row);
        sink.write(sink.endRow, row.subarray(0, 0));
      }),
    ],
    [
      'bytes instead of',
      writing((sink, row) => {
        for (let y = sink.firstRow; y < sink.endRow; y++) sink.write(y, row.subarray(3));
      }),
    ],
  ] as const)('finds a row that is %s', ([defect, image]) => {
    expect(attemptWith(image).defects).toContainEqual(expect.stringContaining(defect));
  });

  test('finds a picture that was never sent', () => {
    const { defects } = attemptWith({ decode: () => ({ truncated: false }) });
    expect(defects).toEqual(['The target was never opened.']);
  });

  test('finds a picture of another size than its header has', () => {
    const { defects } = attemptWith({ height: height + 1 });
    expect(defects).toContainEqual(expect.stringContaining('40 x 31 came out as 40 x 30'));
  });

  test('finds a picture that is reduced too much', () => {
    const decode: OpenImage['decode'] = (target) => {
      target.open({ width: width / 2, height: height / 2, reduction: { across: 2, down: 2 } });
      return { truncated: false };
    };
    expect(attemptWith({ decode }).defects).toContainEqual(expect.stringContaining('beyond'));
  });

  test('finds memory that was not announced', () => {
    // More than other tests leave to the garbage collector, which would hide it.
    const taken: Uint8Array[] = [];
    const decode: OpenImage['decode'] = (target) => {
      taken.push(new Uint8Array(4e7));
      return decodeWell(target);
    };
    expect(attemptWith({ decode, memoryBytes: () => 4e7 }).defects).toEqual([]);
    expect(attemptWith({ decode }).defects).toEqual([
      expect.stringMatching(/^Decoding took \d+ bytes of memory; 0 were announced/),
    ]);
    expect(taken).toHaveLength(3);
  });

  test('finds memory that a header takes', () => {
    const taken: Uint8Array[] = [];
    const open = openWith({
      open: () => {
        taken.push(new Uint8Array(4e7));
        return well;
      },
    });
    const { defects } = attempt(new Uint8Array(16), 'crop', open);
    expect(defects).toEqual([expect.stringMatching(/^Reading the header took \d+ bytes/)]);
  });

  test('does not count what the target keeps', () => {
    const large = { width: 1000, height: 900 };
    const decode: OpenImage['decode'] = (target) => {
      const sink = target.open({ ...large, reduction: { across: 1, down: 1 } });
      const row = gray(sink);
      for (let y = sink.firstRow; y < sink.endRow; y++) if (sink.wants(y)) sink.write(y, row);
      return { truncated: false };
    };
    expect(attemptWith({ ...large, decode }).defects).toEqual([]);
  });

  test('finds a file that was changed', () => {
    const file = new Uint8Array(16);
    const decode: OpenImage['decode'] = (target) => {
      file[3] += 1;
      return decodeWell(target);
    };
    expect(attemptWith({ decode }, file).defects).toEqual(["Decoding changed the file's bytes."]);
  });
});
