import type { Measured } from '../../../bench/engines/rounds.ts';
import type { EngineRow, Runtime } from '../../../bench/engines/rows.ts';

/** What a benchmark might have measured, with the parts that a test is about. */
export function measured(
  name: string,
  parts: {
    runtime?: Runtime;
    arithmetic?: EngineRow['arithmetic'];
    roundsMs?: readonly number[];
    answers?: readonly (readonly number[])[];
  },
): Measured {
  return {
    row: {
      name,
      module: '',
      binary: undefined,
      isRival: false,
      arithmetic: parts.arithmetic ?? 'int8',
      model: 'tflite',
    },
    runtime: parts.runtime ?? 'Node.js',
    roundsMs: parts.roundsMs ?? [],
    answers: parts.answers ?? [],
    heapBytes: undefined,
  };
}
