import { startProgress } from '../../src/cli/progress.ts';
import { summarize } from '../statistics.ts';
import type { Contender } from './contender.ts';
import type { EngineRow, Runtime } from './rows.ts';

/** V8 compiles what is hot anew while the first rounds run. */
const warmUpRounds = 5;
const minTimedRounds = 60;
/** How long a turn should take: many ticks of workerd's clock. */
const turnMs = 100;
/** To see how fast an engine is. */
const probeInferences = 5;

/** What was measured of one engine in one runtime. */
export interface Measured {
  readonly row: EngineRow;
  readonly runtime: Runtime;
  /** Milliseconds of an inference in each timed round, the mean of a turn. */
  readonly roundsMs: readonly number[];
  /** Probabilities, one a network output, for each input. */
  readonly answers: readonly (readonly number[])[];
  /** Size of the WASM memory at the end; undefined for native code. */
  readonly heapBytes: number | undefined;
}

/** Who takes part, and with what. */
export interface Entry {
  readonly contender: Contender;
  /** In the form that the engine's module takes, one a photo; at least one. */
  readonly inputs: readonly Uint8Array[];
}

/**
 * Rounds of everyone on the same photo, one at a time, so that what disturbs
 * the machine disturbs all alike.
 *
 * @param entries with each its inputs, of the same photos in the same order
 */
export async function measureInTurns(entries: readonly Entry[]): Promise<Measured[]> {
  // Every input is seen equally often.
  const photos = entries[0]?.inputs.length ?? 1;
  const timedRounds = Math.ceil(minTimedRounds / photos) * photos;
  const measured = entries.map(({ contender, inputs }) => ({
    row: contender.row,
    runtime: contender.runtime,
    roundsMs: [] as number[],
    answers: inputs.map((): readonly number[] => []),
    heapBytes: undefined as number | undefined,
    inferences: probeInferences,
  }));
  const progress = startProgress(warmUpRounds + timedRounds, 'rounds');
  for (let round = 0; round < warmUpRounds + timedRounds; round++) {
    const photo = round % photos;
    for (let turn = 0; turn < entries.length; turn++) {
      // Whoever comes first in one round comes last in the next.
      const i = (turn + round) % entries.length;
      const own = measured[i];
      const { contender, inputs } = entries[i];
      const taken = await contender.takeTurn(inputs[photo], own.inferences);
      own.answers[photo] = taken.probabilities;
      own.heapBytes = taken.heapBytes;
      if (round < warmUpRounds) own.inferences = inferencesOf(taken.inferenceMs);
      else own.roundsMs.push(taken.inferenceMs);
    }
    progress.increment();
  }
  progress.stop();
  return measured;
}

/**
 * How many times longer one takes than another: the median of the rounds'
 * ratios. What disturbs the machine for seconds disturbs both turns of a round.
 *
 * @param other measured in the same rounds
 */
export function ratioTo(
  one: Pick<Measured, 'roundsMs'>,
  other: Pick<Measured, 'roundsMs'>,
): number {
  return summarize(one.roundsMs.map((ms, round) => ms / other.roundsMs[round])).median;
}

function inferencesOf(inferenceMs: number): number {
  return Math.max(probeInferences, Math.round(turnMs / Math.max(inferenceMs, 1)));
}
