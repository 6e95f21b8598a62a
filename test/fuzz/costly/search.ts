/** Searches for files that take much work: those that took most are damaged again, and so on. */
import { type Fit, fits } from '../../../src/image/fit.ts';
import type { CorpusFile } from '../corpus.ts';
import { Damage } from '../damage.ts';
import { maxFileBytes } from '../mutator.ts';
import { hash, Random } from '../random.ts';
import type { Measurable, Meter, Work } from './work-meter.ts';

/** What a file is to have much of. */
export const aims = ['work', 'work for a byte', 'time', 'time for a unit'] as const;
export type Aim = (typeof aims)[number];

/** A file that was found, and how it came about. */
export interface CostlyFile extends Measurable {
  readonly format: string;
  /** The name of the file that it was made from. */
  readonly source: string;
  /** What was done to that, in order. */
  readonly mutations: readonly string[];
  /** When it was decoded. */
  readonly work: Work;
}

/** Bytes and units below which less is no merit: tiny files and quick ones would win else. */
const leastBytes = 200;
const leastUnits = 10e6;

/** How much a file has of what is searched for. */
export function scoreOf(aim: Aim, { bytes, work }: CostlyFile): number {
  if (aim === 'work') return work.units;
  if (aim === 'work for a byte') return work.units / (bytes.length + leastBytes);
  if (aim === 'time') return work.cpuMs;
  return (work.cpuMs * 1e6) / (work.units + leastUnits);
}

/** The best files of a format by one aim. */
class Elite {
  readonly #aim: Aim;
  #files: readonly CostlyFile[] = [];

  constructor(aim: Aim) {
    this.#aim = aim;
  }

  /** The best first; each of another source, so that they are not all alike. */
  get files(): readonly CostlyFile[] {
    return this.#files;
  }

  add(file: CostlyFile): void {
    const rivals = this.#files.filter(({ source }) => source === file.source);
    const score = scoreOf(this.#aim, file);
    if (rivals.some((rival) => scoreOf(this.#aim, rival) >= score)) return;
    this.#files = [...this.#files.filter((other) => !rivals.includes(other)), file]
      .toSorted((a, b) => scoreOf(this.#aim, b) - scoreOf(this.#aim, a))
      .slice(0, eliteSize);
  }
}

const eliteSize = 6;
const maxMutations = 4;
/** How often a file of the corpus is damaged, instead of one that was found. */
const anew = 0.3;
const otherFit = 0.15;
const sealed = 0.5;

/** All that is known of a format. */
interface Pool {
  readonly files: CorpusFile[];
  readonly damage: Damage;
  readonly elites: readonly Elite[];
}

/**
 * What is found depends on the seed, the files and what is measured. Charged units are the same
 * for the same file; time is not, so that what is searched for by time differs from run to run.
 */
export class CostlySearch {
  readonly #measure: Meter;
  readonly #random: Random;
  readonly #pools = new Map<string, Pool>();

  /** @param corpus files to begin with */
  constructor(seed: number, corpus: readonly CorpusFile[], measure: Meter) {
    this.#measure = measure;
    this.#random = new Random(hash(seed));
    for (const file of corpus) this.#poolOf(file.format).files.push(file);
  }

  /** Decodes one more file as it is, which is damaged later unless it is too large for that. */
  look(file: CorpusFile, fit: Fit): CostlyFile {
    const { format, name, bytes } = file;
    const made = { format, source: name, mutations: [], bytes, fit };
    if (bytes.length > maxFileBytes) return { ...made, work: this.#measure(bytes, fit) };
    const { files } = this.#poolOf(format);
    if (!files.some((each) => each.name === name)) files.push(file);
    return this.#decode(made);
  }

  /** Makes and decodes one more file. */
  step(): CostlyFile {
    const random = this.#random;
    const format = random.pick([...this.#pools.keys()]);
    const { files, damage, elites } = this.#poolOf(format);
    const parent = this.#parent(format);
    const mutations = [...parent.mutations];
    let { bytes } = parent;
    for (let i = random.fewUpTo(maxMutations); i > 0; i--) {
      const { name, mutate } = damage.pick(random);
      const other = random.chance(0.5) ? random.pick(files) : random.pick(elites).files.at(0);
      bytes = mutate(bytes, random, other?.bytes ?? bytes);
      mutations.push(name);
    }
    if (damage.seal !== undefined && random.chance(sealed)) {
      bytes = damage.seal(bytes);
      mutations.push('seal');
    }
    const fit = random.chance(otherFit) ? random.pick(fits) : parent.fit;
    return this.#decode({ format, source: parent.source, mutations, bytes, fit });
  }

  /** The best files of a format by an aim, the best first. */
  best(format: string, aim: Aim): readonly CostlyFile[] {
    return this.#poolOf(format).elites[aims.indexOf(aim)].files;
  }

  #parent(format: string): Omit<CostlyFile, 'work'> {
    const random = this.#random;
    const { files, elites } = this.#poolOf(format);
    const found = random.pick(elites).files;
    if (found.length > 0 && !random.chance(anew)) return random.pick(found);
    const { name, bytes } = random.pick(files);
    return { format, source: name, mutations: [], bytes, fit: random.pick(fits) };
  }

  #decode(made: Omit<CostlyFile, 'work'>): CostlyFile {
    const bytes = made.bytes.slice();
    const file = { ...made, bytes, work: this.#measure(bytes, made.fit) };
    for (const elite of this.#poolOf(made.format).elites) elite.add(file);
    return file;
  }

  #poolOf(format: string): Pool {
    const known = this.#pools.get(format);
    if (known !== undefined) return known;
    const elites = aims.map((aim) => new Elite(aim));
    const pool = { files: [], damage: new Damage(format), elites };
    this.#pools.set(format, pool);
    return pool;
  }
}
