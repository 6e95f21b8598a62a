import { startProgress } from '../../src/cli/progress.ts';
import { type Summary, summarize } from '../statistics.ts';
import type { Contender } from './contender.ts';
import type { EngineRow, Runtime } from './rows.ts';

/** V8 compiles what is hot anew while the first rounds run. */
const warmUpRounds = 5;
const minTimedRounds = 36;
/** How long a turn should take: many ticks of workerd's clock. */
const turnMs = 150;
/** To see how fast an engine is. */
const probeInferences = 5;

/** What was measured of one engine in one runtime. */
export interface Measured {
  readonly row: EngineRow;
  readonly runtime: Runtime;
  /** Of turns, each the mean of its inferences. */
  readonly inferenceMs: Summary;
  /** Probabilities, one a network output, for each input. */
  readonly answers: readonly (readonly number[])[];
  /** Size of the WASM memory at the end; undefined for native code. */
  readonly heapBytes: number | undefined;
}

/**
 * Rounds of everyone on the same input, one at a time, so that what disturbs
 * the machine disturbs all alike.
 *
 * @param inputs uint8 [224, 224, 3] each
 */
export async function measureInTurns(
  contenders: readonly Contender[],
  inputs: readonly Uint8Array[],
): Promise<Measured[]> {
  // Every input is seen equally often.
  const timedRounds = Math.ceil(minTimedRounds / inputs.length) * inputs.length;
  const measured = contenders.map(({ row, runtime }) => ({
    row,
    runtime,
    timesMs: [] as number[],
    answers: inputs.map((): readonly number[] => []),
    heapBytes: undefined as number | undefined,
    inferences: probeInferences,
  }));
  const progress = startProgress(warmUpRounds + timedRounds, 'rounds');
  for (let round = 0; round < warmUpRounds + timedRounds; round++) {
    const input = round % inputs.length;
    for (let turn = 0; turn < contenders.length; turn++) {
      // Whoever comes first in one round comes last in the next.
      const i = (turn + round) % contenders.length;
      const own = measured[i];
      const taken = await contenders[i].takeTurn(inputs[input], own.inferences);
      own.answers[input] = taken.probabilities;
      own.heapBytes = taken.heapBytes;
      if (round < warmUpRounds) own.inferences = inferencesOf(taken.inferenceMs);
      else own.timesMs.push(taken.inferenceMs);
    }
    progress.increment();
  }
  progress.stop();
  return measured.map(({ row, runtime, answers, heapBytes, timesMs }) => ({
    row,
    runtime,
    answers,
    heapBytes,
    inferenceMs: summarize(timesMs),
  }));
}

function inferencesOf(inferenceMs: number): number {
  return Math.max(probeInferences, Math.round(turnMs / Math.max(inferenceMs, 1)));
}
