/** A prefix code of any shape, and its symbols as bits (RFC 9649, 3.7.2.1). */
import type { BitWriter } from './bit-writer.ts';

export type Random = () => number;

export function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[below(random, from.length)];
}

/** So many different numbers below `end`, ascending. */
function sample(random: Random, count: number, end: number): number[] {
  const numbers = Array.from({ length: end }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const other = i + below(random, end - i);
    [numbers[i], numbers[other]] = [numbers[other], numbers[i]];
  }
  return numbers.slice(0, count).sort((a, b) => a - b);
}

const maxLength = 15;
const lengthOrder = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** Lengths of all places of a tree that was split at random, perhaps always at its deepest. */
export function treeDepths(random: Random, leaves: number): number[] {
  const isSteep = random() < 0.3;
  const depths = [0];
  while (depths.length < leaves) {
    const open = depths.flatMap((depth, i) => (depth < maxLength ? [i] : []));
    const split = isSteep ? open[open.length - 1] : pick(random, open);
    depths[split] += 1;
    depths.splice(split, 0, depths[split]);
  }
  return depths;
}

export class AnyPrefixCode {
  /** Those that have a code. */
  readonly symbols: readonly number[];
  readonly #random: Random;
  readonly #lengths: Uint8Array;

  /**
   * @param alphabet symbols that the code may have
   * @param allowed which of them it does have, at the most; all if left out
   * @param required one that it has in any case
   */
  constructor(random: Random, alphabet: number, allowed = alphabet, required = 0) {
    const most = Math.min(allowed, random() < 0.2 ? allowed : 40);
    const count = random() < 0.3 ? 1 + below(random, 2) : 1 + below(random, most);
    const chosen = sample(random, Math.min(count, allowed), allowed);
    this.symbols = [...new Set([...chosen, required])].sort((a, b) => a - b);
    this.#random = random;
    this.#lengths = new Uint8Array(alphabet);
    const depths = treeDepths(random, this.symbols.length);
    for (const symbol of this.symbols) {
      const [depth] = depths.splice(below(random, depths.length), 1);
      // A code of one symbol takes no bits, whatever its length is said to be.
      this.#lengths[symbol] = this.symbols.length === 1 ? 1 + below(random, maxLength) : depth;
    }
  }

  write(bits: BitWriter): void {
    const last = this.symbols[this.symbols.length - 1];
    if (this.symbols.length <= 2 && last < 256 && this.#random() < 0.7) this.#writeSimple(bits);
    else this.#writeNormal(bits);
  }

  #writeSimple(bits: BitWriter): void {
    const [first, second] = this.symbols;
    bits.write(1, 1);
    bits.write(this.symbols.length - 1, 1);
    const isShort = first < 2 && this.#random() < 0.5;
    bits.write(isShort ? 0 : 1, 1);
    bits.write(first, isShort ? 1 : 8);
    if (second !== undefined) bits.write(second, 8);
  }

  #writeNormal(bits: BitWriter): void {
    bits.write(0, 1);
    // 13 lengths of 4 bits and 6 of 5 fill the tree.
    const lengthLengths = Array.from({ length: 19 }, (_, symbol) => (symbol < 13 ? 4 : 5));
    bits.write(lengthOrder.length - 4, 4);
    for (const symbol of lengthOrder) bits.write(lengthLengths[symbol], 3);
    const steps = this.#steps();
    const isCounted = steps.length >= 2 && steps.length < 1024 && this.#random() < 0.5;
    bits.write(isCounted ? 1 : 0, 1);
    if (isCounted) {
      bits.write(4, 3);
      bits.write(steps.length - 2, 10);
    }
    for (const { symbol, extra = 0, extraBits = 0 } of steps) {
      putCode(bits, lengthLengths, symbol);
      bits.write(extra, extraBits);
    }
    if (!isCounted) {
      for (let i = stepsEnd(steps); i < this.#lengths.length; i++) putCode(bits, lengthLengths, 0);
    }
  }

  /** Lengths up to the last that isn't 0, some of them as repetitions. */
  #steps(): Step[] {
    const steps: Step[] = [];
    const end = this.symbols[this.symbols.length - 1] + 1;
    const repeats = this.#random() < 0.8;
    let previous = 8;
    for (let i = 0; i < end; ) {
      const length = this.#lengths[i];
      let run = 1;
      while (i + run < end && this.#lengths[i + run] === length) run += 1;
      let covered = 1;
      if (repeats && length === 0 && run >= 11) {
        covered = Math.min(run, 138);
        steps.push({ symbol: 18, extra: covered - 11, extraBits: 7, covered });
      } else if (repeats && length === 0 && run >= 3) {
        covered = run;
        steps.push({ symbol: 17, extra: covered - 3, extraBits: 3, covered });
      } else if (repeats && length === previous && run >= 3) {
        covered = Math.min(run, 6);
        steps.push({ symbol: 16, extra: covered - 3, extraBits: 2, covered });
      } else {
        steps.push({ symbol: length, covered });
        if (length !== 0) previous = length;
      }
      i += covered;
    }
    return steps;
  }

  put(bits: BitWriter, symbol: number): void {
    if (this.symbols.length > 1) putCode(bits, this.#lengths, symbol);
  }
}

interface Step {
  readonly symbol: number;
  readonly extra?: number;
  readonly extraBits?: number;
  readonly covered: number;
}

function stepsEnd(steps: readonly Step[]): number {
  return steps.reduce((sum, { covered }) => sum + covered, 0);
}

/** The symbol's code: the highest bit of a canonical code comes first. */
function putCode(bits: BitWriter, lengths: ArrayLike<number>, symbol: number): void {
  const length = lengths[symbol];
  let code = 0;
  for (let other = 0; other < lengths.length; other++) {
    if (lengths[other] === 0 || lengths[other] > length) continue;
    const isBefore = lengths[other] < length || other < symbol;
    if (isBefore) code += 2 ** (length - lengths[other]);
  }
  for (let bit = length - 1; bit >= 0; bit--) bits.write(code >> bit, 1);
}
