import { type Field, readField, tellingValue, withField } from './field.ts';
import { joinBytes, type Mutator, maxFileBytes } from './mutator.ts';
import type { Random } from './random.ts';

/** How far a header goes, more or less. */
const headBytes = 64;

/** A place in the bytes; quite often among the first ones, where headers are. */
function place(bytes: Uint8Array, random: Random): number {
  const last = Math.max(0, bytes.length - 1);
  return random.integer(0, random.chance(0.25) ? Math.min(headBytes, last) : last);
}

/** Some of the bytes: most often few, sometimes all to the end. */
function range(bytes: Uint8Array, random: Random): [start: number, end: number] {
  const start = place(bytes, random);
  const longest = Math.max(1, random.pick([1, 4, 32, 256, bytes.length]));
  return [start, Math.min(start + random.integer(1, longest), bytes.length)];
}

/** Ways to damage bytes of any kind, without knowing what they mean. */
export const byteMutators: Readonly<Record<string, Mutator>> = {
  'flip bits': (file, random) => {
    const changed = file.slice();
    for (let i = random.fewUpTo(8); i > 0; i--) {
      changed[place(file, random)] ^= 1 << random.integer(0, 7);
    }
    return changed;
  },
  'set bytes': (file, random) => {
    const changed = file.slice();
    for (let i = random.fewUpTo(8); i > 0; i--) {
      const at = place(file, random);
      changed[at] = tellingValue(random, 8, file[at] ?? 0);
    }
    return changed;
  },
  'set a number': (file, random) => {
    const field: Field = {
      at: place(file, random),
      bytes: random.pick([2, 3, 4]),
      bigEndian: random.chance(0.5),
    };
    return withField(file, field, tellingValue(random, field.bytes * 8, readField(file, field)));
  },
  truncate: (file, random) => file.slice(0, random.integer(0, Math.max(0, file.length - 1))),
  'cut the last bytes': (file, random) => file.slice(0, -random.integer(1, 64)),
  'delete a range': (file, random) => {
    const [start, end] = range(file, random);
    return joinBytes([file.subarray(0, start), file.subarray(end)]);
  },
  'repeat a range': (file, random) => {
    const [start, end] = range(file, random);
    const room = Math.max(0, maxFileBytes - file.length);
    const most = Math.ceil(room / Math.max(1, end - start));
    const times = Math.min(random.pick([1, 1, 2, 10, 1000]), most);
    const repeated = Array.from({ length: times }, () => file.subarray(start, end));
    return joinBytes([file.subarray(0, end), ...repeated, file.subarray(end)]);
  },
  'fill a range': (file, random) => {
    const [start, end] = range(file, random);
    return file.slice().fill(random.pick([0, 0xff, random.integer(0, 255)]), start, end);
  },
  'scramble a range': (file, random) => {
    const [start, end] = range(file, random);
    const changed = file.slice();
    changed.set(random.bytes(Math.min(end - start, 1000)), start);
    return changed;
  },
  'insert bytes': (file, random) => {
    const at = place(file, random);
    const inserted = random.bytes(random.integer(1, 64));
    return joinBytes([file.subarray(0, at), inserted, file.subarray(at)]);
  },
  'copy a range': (file, random) => {
    const [start, end] = range(file, random);
    return file.slice().copyWithin(place(file, random), start, end);
  },
  'splice two files': (file, random, other) => {
    const end = place(file, random);
    const start = random.chance(0.5) ? end : place(other, random);
    return joinBytes([file.subarray(0, end), other.subarray(start)]);
  },
  'overwrite with another file': (file, random, other) => {
    const [start, end] = range(other, random);
    const at = random.chance(0.5) ? Math.min(start, file.length) : place(file, random);
    const changed = file.slice();
    changed.set(other.subarray(start, Math.min(end, start + file.length - at)), at);
    return changed;
  },
};
