/** A clock that moves only when somebody waits: time in tests costs none. */
export class TestClock {
  #nowMs = 0;
  /** What happens in between, in order of time. */
  readonly #events: { atMs: number; run: () => void }[] = [];

  readonly now = (): number => this.#nowMs;

  readonly wait = async (durationMs: number): Promise<void> => {
    this.#nowMs += durationMs;
    for (const event of this.#events.splice(0)) {
      if (event.atMs <= this.#nowMs) event.run();
      else this.#events.push(event);
    }
    await Promise.resolve();
  };

  /** Has something happen at a time, if somebody waits until then. */
  at(atMs: number, run: () => void): void {
    this.#events.push({ atMs, run });
  }
}
