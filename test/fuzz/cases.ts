import { type Fit, fits } from '../../src/image/fit.ts';
import type { CorpusFile } from './corpus.ts';
import { Damage } from './damage.ts';
import { hash, Random } from './random.ts';

/** A damaged file. */
export interface FuzzCase {
  readonly number: number;
  /** Of the file that was damaged. */
  readonly format: string;
  /** The corpus file's name. */
  readonly source: string;
  /** What was done to it, in order; nothing in a few cases. */
  readonly mutations: readonly string[];
  readonly bytes: Uint8Array;
  readonly fit: Fit;
}

const maxMutations = 6;
const unharmed = 0.01;
const sealed = 0.5;

/**
 * All damaged files of a seed, by number. What a number stands for depends on
 * the seed and the corpus alone, and hardly on the latter: another file or
 * format in it changes the cases that are made from that, and no others.
 */
export class Cases {
  readonly #seed: number;
  readonly #formats: readonly Choice<string>[];
  readonly #files: ReadonlyMap<string, readonly Choice<CorpusFile>[]>;

  constructor(seed: number, corpus: readonly CorpusFile[]) {
    const files = corpus.map((value) => ({
      value,
      key: hashText(value.name),
      weight: value.weight,
    }));
    this.#seed = seed;
    this.#files = Map.groupBy(files, ({ value }) => value.format);
    this.#formats = [...this.#files.keys()].map((value) => ({
      value,
      key: hashText(value),
      weight: 1,
    }));
  }

  /** The format of a case, without making it. */
  formatOf(number: number): string {
    return rendezvous(this.#formats, this.#seed, number);
  }

  /** The first numbers whose cases are of one of the formats. */
  numbers(count: number, formats: readonly string[]): number[] {
    const found: number[] = [];
    for (let number = 0; found.length < count; number++) {
      if (formats.includes(this.formatOf(number))) found.push(number);
    }
    return found;
  }

  make(number: number): FuzzCase {
    const random = new Random(hash(this.#seed, number));
    const format = this.formatOf(number);
    const files = this.#files.get(format) ?? [];
    const source = rendezvous(files, this.#seed, number);
    const fit = random.pick(fits);
    const damage = new Damage(format);
    const mutations: string[] = [];
    let { bytes } = source;
    const wanted = random.chance(unharmed) ? 0 : random.fewUpTo(maxMutations);
    for (let i = 0; i < wanted; i++) {
      const { name, mutate } = damage.pick(random);
      bytes = mutate(bytes, random, rendezvous(files, this.#seed, number, i).bytes);
      mutations.push(name);
    }
    if (wanted > 0 && damage.seal !== undefined && random.chance(sealed)) {
      bytes = damage.seal(bytes);
      mutations.push('seal');
    }
    return { number, format, source: source.name, mutations, bytes: bytes.slice(), fit };
  }
}

interface Choice<T> {
  readonly value: T;
  /** Tells it from the others, whatever their order. */
  readonly key: number;
  readonly weight: number;
}

/**
 * Weighted rendezvous hashing: each choice draws a waiting time of its own,
 * exponentially distributed, and the shortest wins. A new choice takes its
 * share without moving anything else.
 */
function rendezvous<T>(choices: readonly Choice<T>[], ...words: readonly number[]): T {
  let best: T | undefined;
  let shortest = Infinity;
  for (const { value, key, weight } of choices) {
    const share = (hash(...words, key) + 0.5) / 2 ** 32;
    const wait = -Math.log(share) / weight;
    if (wait < shortest) {
      shortest = wait;
      best = value;
    }
  }
  if (best === undefined) throw new RangeError('Expected something to choose from.');
  return best;
}

function hashText(text: string): number {
  return hash(...Array.from(text, (character) => character.codePointAt(0) ?? 0));
}
