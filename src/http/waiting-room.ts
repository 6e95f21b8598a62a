import { AppError } from '../errors.ts';

export interface WaitingRoomLimits {
  /** Requests that may be in the room at once. */
  readonly maxInFlight: number;
  /** Memory that all may hold together; the oldest may hold more, so that somebody always gets on. */
  readonly maxHeldBytes: number;
  /** How long one waits for memory. */
  readonly maxWaitMs: number;
  /** Who hasn't moved for so long has gone. */
  readonly leaseMs: number;
}

/** What the room needs of a runtime. */
export interface Clock {
  /** Milliseconds since any fixed moment; moves while something is awaited. */
  readonly now: () => number;
  readonly wait: (durationMs: number) => Promise<void>;
}

/** How often one who waits looks again. */
const pollMs = 20;

/** A request's place in the room. */
export interface Lease {
  /** Moves on: a body's chunk came, a photo is done. */
  renew(): void;
  /**
   * Holds so many bytes in all from now on. Waits while the others hold too
   * much; never in order to hold less.
   *
   * @throws AppError `overloaded` where that takes too long
   */
  hold(bytes: number): Promise<void>;
  /** Gives everything back. More than once does nothing. */
  leave(): void;
}

interface Guest {
  heldBytes: number;
  renewedMs: number;
  hasLeft: boolean;
}

/**
 * Bounds what an isolate works on at once: how many requests, and how much
 * memory their bodies take.
 *
 * A client that goes away may end its request without another line of it being
 * run, `finally` and timers included. So a place is a lease, which runs out when
 * its request doesn't move; and those who wait look again and again instead of
 * waiting for another request's promise, which might never be kept
 * (https://github.com/cloudflare/workerd/issues/210).
 */
export class WaitingRoom {
  readonly #limits: WaitingRoomLimits;
  readonly #clock: Clock;
  /** In the order in which they came. */
  readonly #guests = new Set<Guest>();

  constructor(limits: WaitingRoomLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Requests in the room. */
  get size(): number {
    this.#removeGone();
    return this.#guests.size;
  }

  /** @throws AppError `overloaded` where the room is full */
  enter(): Lease {
    if (this.size >= this.#limits.maxInFlight) throw overloaded();
    const guest: Guest = { heldBytes: 0, renewedMs: this.#clock.now(), hasLeft: false };
    this.#guests.add(guest);
    return {
      renew: () => this.#renew(guest),
      hold: (bytes) => this.#hold(guest, bytes),
      leave: () => {
        guest.hasLeft = true;
        this.#guests.delete(guest);
      },
    };
  }

  /** One whose lease ran out although it was alive comes in again, as the youngest. */
  #renew(guest: Guest): void {
    if (guest.hasLeft) return;
    guest.renewedMs = this.#clock.now();
    this.#guests.add(guest);
  }

  async #hold(guest: Guest, bytes: number): Promise<void> {
    const deadlineMs = this.#clock.now() + this.#limits.maxWaitMs;
    for (;;) {
      this.#renew(guest);
      this.#removeGone();
      const [oldest] = this.#guests;
      const others = this.heldBytes - guest.heldBytes;
      const isLess = bytes <= guest.heldBytes;
      if (isLess || guest === oldest || others + bytes <= this.#limits.maxHeldBytes) break;
      if (this.#clock.now() >= deadlineMs) throw overloaded();
      await this.#clock.wait(pollMs);
    }
    guest.heldBytes = bytes;
  }

  /** Bytes that all who are in the room hold. */
  get heldBytes(): number {
    let sum = 0;
    for (const { heldBytes } of this.#guests) sum += heldBytes;
    return sum;
  }

  #removeGone(): void {
    const goneMs = this.#clock.now() - this.#limits.leaseMs;
    for (const guest of this.#guests) {
      if (guest.renewedMs < goneMs) this.#guests.delete(guest);
    }
  }
}

export function overloaded(): AppError {
  return new AppError(
    'overloaded',
    'Petal is working on as many requests as it has memory for. Try again in a second.',
    { retryAfterSeconds: 1 },
  );
}
