import { byteMutators } from './byte-mutators.ts';
import { readField, tellingValue, withField } from './field.ts';
import { joinBytes, type Mutator, maxFileBytes } from './mutator.ts';
import type { Random } from './random.ts';
import type { Piece, Shape } from './shapes/shape.ts';

/** The pieces of a file, in an array that may be changed. */
type Rearrange = (pieces: Uint8Array[], random: Random, others: readonly Piece[]) => void;

const rearrangements: Readonly<Record<string, Rearrange>> = {
  'swap two pieces': (pieces, random) => {
    const [a, b] = [indexOf(pieces, random), indexOf(pieces, random)];
    [pieces[a], pieces[b]] = [pieces[b], pieces[a]];
  },
  'drop a piece': (pieces, random) => {
    pieces.splice(indexOf(pieces, random), 1);
  },
  'drop all pieces from one on': (pieces, random) => {
    pieces.splice(indexOf(pieces, random));
  },
  'repeat a piece': (pieces, random) => {
    const at = indexOf(pieces, random);
    const most = Math.ceil(maxFileBytes / 4 / Math.max(1, pieces[at].length));
    const times = Math.min(random.pick([1, 1, 2, 20, 2000]), most);
    pieces.splice(at, 0, ...Array.from({ length: times }, () => pieces[at]));
  },
  'move a piece': (pieces, random) => {
    const moved = pieces.splice(indexOf(pieces, random), 1);
    pieces.splice(random.integer(0, pieces.length), 0, ...moved);
  },
  'insert a piece of another file': (pieces, random, others) => {
    pieces.splice(random.integer(0, pieces.length), 0, random.pick(others).bytes);
  },
  'replace a piece by one of another file': (pieces, random, others) => {
    pieces[indexOf(pieces, random)] = random.pick(others).bytes;
  },
};

/** Which piece to damage: seldom the first, by which the format is known. */
function indexOf(pieces: readonly unknown[], random: Random): number {
  const first = pieces.length === 1 || random.chance(0.05) ? 0 : 1;
  return random.integer(first, pieces.length - 1);
}

/** Puts other bytes in the place of one piece. */
function replacePiece(
  pieces: readonly Piece[],
  at: number,
  change: (piece: Piece) => Uint8Array,
): Uint8Array {
  return joinBytes(pieces.map((piece, i) => (i === at ? change(piece) : piece.bytes)));
}

/** Ways to damage the files of a format, by what its shape knows of them. */
export function pieceMutators(shape: Shape): Readonly<Record<string, Mutator>> {
  const rearrange =
    (change: Rearrange): Mutator =>
    (file, random, other) => {
      const pieces = shape.split(file).map(({ bytes }) => bytes);
      const others = shape.split(other);
      if (pieces.length === 0 || others.length === 0) return file;
      change(pieces, random, others);
      return joinBytes(pieces);
    };
  return Object.fromEntries(
    Object.entries(rearrangements).map(([name, change]) => [name, rearrange(change)]),
  );
}

/** Sets a number that its format gives a meaning. */
export function fieldMutator(shape: Shape): Mutator {
  return (file, random) => {
    const pieces = shape.split(file);
    const places = pieces.flatMap((piece, at) => {
      const fields = shape.fields(piece);
      return fields.length === 0 ? [] : [{ at, fields }];
    });
    if (places.length === 0) return file;
    const { at, fields } = random.pick(places);
    const field = random.pick(fields);
    return replacePiece(pieces, at, ({ bytes }) =>
      withField(bytes, field, tellingValue(random, field.bytes * 8, readField(bytes, field))),
    );
  };
}

/** Up to somewhat more pixels than are decoded. */
const maxMegapixels = 60;

/** Says that the picture is larger or smaller than it is, wherever the file says that. */
export function sidesMutator(shape: Shape): Mutator {
  return (file, random) => {
    // Sizes of each order are as likely as those of others; so are aspect ratios.
    const pixels = maxMegapixels * 1e6 * 2 ** -random.integer(0, 20);
    const aspect = 2 ** random.integer(-6, 6);
    const width = Math.ceil(Math.sqrt(pixels * aspect));
    const height = Math.ceil(pixels / width);
    return joinBytes(shape.split(file).map((piece) => shape.resize(piece, width, height)));
  };
}

/**
 * Damages what one piece holds, every other time the longest, which is most often the picture's
 * data. The framing stays right, so that readers go on to it.
 */
export function contentMutator(shape: Shape): Mutator {
  return (file, random, other) => {
    const pieces = shape.split(file);
    if (pieces.length === 0) return file;
    const lengths = pieces.map(({ content }) => content.length);
    const at = random.chance(0.5) ? lengths.indexOf(Math.max(...lengths)) : indexOf(pieces, random);
    const sameKind = shape.split(other).find(({ kind }) => kind === pieces[at].kind);
    const mutate = random.pick(Object.values(byteMutators));
    return replacePiece(pieces, at, (piece) =>
      shape.frame(piece, mutate(piece.content, random, sameKind?.content ?? other)),
    );
  };
}
