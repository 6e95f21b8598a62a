import process from 'node:process';
import type { LogLine } from './petal.ts';

/** Miniflare has no option for V8's flags: it reads this variable while it starts workerd. */
const variable = 'MINIFLARE_WORKERD_V8_FLAGS';

/**
 * The size in MB of an isolate's old objects at which V8 first collects them. Left to itself it waits
 * for a size that a server reaches after some 30,000 requests, and each request leaves 5 kB of native
 * memory behind one small object (docs/measurements.md, "Growth").
 */
const flags = '--initial-old-space-size=4';

let starting = 0;

/**
 * Has workerd collect garbage early. The variable is set while `start` runs, so that other Miniflares
 * of the process start as they would without Petal. Flags that are in the environment already stay.
 *
 * @param start starts workerd, by a Miniflare that was made in this turn of the event loop or later
 */
export async function collectingEarly<T>(start: () => Promise<T>): Promise<T> {
  process.env[variable] ??= flags;
  starting += 1;
  try {
    return await start();
  } finally {
    starting -= 1;
    if (starting === 0 && process.env[variable] === flags) delete process.env[variable];
  }
}

/**
 * Whether a line is workerd's about what flags do to it: the compiled code that it brings is for V8
 * without flags, and it compiles its own scripts instead. Starting takes as long.
 */
export function isAboutFlags({ message }: LogLine): boolean {
  return message.includes('bootstrap compile cache failed its compatibility check');
}
