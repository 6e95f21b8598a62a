/** Multiplications between two pauses: some 5 ms of work. */
const multiplicationsPerTurn = 10_000_000;

/**
 * Breaks long work up, so that other requests of the same isolate get their
 * turn. Counts multiplications instead of time: a Worker's clock stands still
 * while it works.
 */
export class Pace {
  readonly #pause: () => Promise<void>;
  #multiplications = 0;

  /** @param pause settles when the work may go on */
  constructor(pause: () => Promise<void>) {
    this.#pause = pause;
  }

  /** Says what was done; to be awaited before more is. */
  spend(multiplications: number): Promise<void> | undefined {
    this.#multiplications += multiplications;
    if (this.#multiplications < multiplicationsPerTurn) return undefined;
    this.#multiplications = 0;
    return this.#pause();
  }
}
