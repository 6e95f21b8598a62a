import process from 'node:process';
import { readConfig } from '../../../src/config.ts';
import { AppError } from '../../../src/errors.ts';
import { decodePhoto, openPhoto } from '../../../src/image/decode-image.ts';
import type { Fit } from '../../../src/image/fit.ts';
import { NetworkInput } from '../../../src/image/preprocess.ts';
import { WorkBudget } from '../../../src/image/work-budget.ts';

/** What a file took when it was opened and decoded as the product does. */
export interface Work {
  /** `decoded`, `truncated`, or the code of the refusal; `failed` where it was none. */
  readonly outcome: string;
  /** Pixels by the header; 0 where that was refused. */
  readonly pixels: number;
  /** What the budget was charged with. */
  readonly units: number;
  /** Time of this thread's processor. */
  readonly cpuMs: number;
}

/** Opens and decodes a file. */
export type Meter = (bytes: Uint8Array, fit: Fit) => Work;

const limits = readConfig({});
const inputSize = 224;

/** Decodes a photo for the network, and tells what that took by both measures. */
export const measureWork: Meter = (bytes, fit) => {
  const budget = new WorkBudget(limits);
  let pixels = 0;
  let outcome: string;
  const start = process.threadCpuUsage();
  try {
    const photo = openPhoto(bytes);
    pixels = photo.width * photo.height;
    const { truncated } = decodePhoto(
      photo,
      new NetworkInput(photo.stored, inputSize, fit),
      limits,
      budget,
    );
    outcome = truncated ? 'truncated' : 'decoded';
  } catch (error) {
    outcome = error instanceof AppError ? error.code : 'failed';
  }
  const { user, system } = process.threadCpuUsage(start);
  return { outcome, pixels, units: budget.chargedUnits, cpuMs: (user + system) / 1000 };
};

/**
 * Measures a file several times, in turns with another, so that both are measured while the
 * machine is equally busy.
 *
 * @returns of each the time of the quickest turn
 */
export function compareWork(
  measure: Meter,
  [one, other]: readonly [Measurable, Measurable],
  turns: number,
): [Work, Work] {
  const quicker = (a: Work, b: Work): Work => (b.cpuMs < a.cpuMs ? b : a);
  const take = ({ bytes, fit }: Measurable): Work => measure(bytes, fit);
  let best: [Work, Work] = [take(one), take(other)];
  for (let turn = 1; turn < turns; turn++) {
    best = [quicker(best[0], take(one)), quicker(best[1], take(other))];
  }
  return best;
}

/** What is decoded, and what for. */
export interface Measurable {
  readonly bytes: Uint8Array;
  readonly fit: Fit;
}
