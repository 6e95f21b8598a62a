import { expect, test } from 'vitest';
import type { Contender } from '../../../bench/engines/contender.ts';
import { type Entry, measureInTurns } from '../../../bench/engines/rounds.ts';
import { measured } from './measured.ts';

interface Turn {
  readonly name: string;
  readonly input: number;
  readonly inferences: number;
}

/** Engines of a given speed that write down when it is their turn. */
class Bench {
  readonly turns: Turn[] = [];
  #running = 0;
  mostAtOnce = 0;

  contender(name: string, inferenceMs: number): Contender {
    const { row, runtime } = measured(name, {});
    return {
      row,
      runtime,
      takeTurn: async (pixels, inferences) => {
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#running);
        this.turns.push({ name, input: pixels[0], inferences });
        await Promise.resolve();
        this.#running--;
        return { inferenceMs, probabilities: [pixels[0]], heapBytes: 2 ** 20 * pixels[0] };
      },
      dispose: async () => undefined,
    };
  }
}

function entriesOf(...contenders: readonly Contender[]): Entry[] {
  return contenders.map((contender) => ({ contender, inputs }));
}

const inputs = [0, 1, 2, 3, 4, 5, 6].map((value) => Uint8Array.of(value));

test('engines take turns on the same input, one at a time, the first of a round last in the next', async () => {
  const bench = new Bench();
  await measureInTurns(entriesOf(bench.contender('a', 5), bench.contender('b', 5)));
  expect(bench.mostAtOnce).toBe(1);
  const { turns } = bench;
  for (let i = 0; i < turns.length; i += 2) {
    expect(turns[i].input).toBe(turns[i + 1].input);
    expect([turns[i].name, turns[i + 1].name]).toEqual((i / 2) % 2 === 0 ? ['a', 'b'] : ['b', 'a']);
  }
});

test('fast engines make more inferences in a turn than slow ones once their speed is known', async () => {
  const bench = new Bench();
  await measureInTurns(entriesOf(bench.contender('fast', 2), bench.contender('slow', 500)));
  const of = (engine: string): number[] =>
    bench.turns.filter(({ name }) => name === engine).map(({ inferences }) => inferences);
  expect(of('fast').at(-1)).toBeGreaterThan(of('fast')[0]);
  expect(of('slow').at(-1)).toBe(of('slow')[0]);
});

test('every input is timed equally often, and its answer kept', async () => {
  const bench = new Bench();
  const [result] = await measureInTurns(entriesOf(bench.contender('a', 3)));
  expect(result.answers).toEqual(inputs.map(([value]) => [value]));
  expect(result.roundsMs.length % inputs.length).toBe(0);
  const timed = bench.turns.slice(-result.roundsMs.length);
  const counts = inputs.map(([value]) => timed.filter(({ input }) => input === value).length);
  expect(new Set(counts).size).toBe(1);
});
