import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { type Lease, WaitingRoom } from '../../src/http/waiting-room.ts';
import { TestClock } from '../support/clock.ts';

const limits = { maxInFlight: 3, maxHeldBytes: 100, maxWaitMs: 1000, leaseMs: 5000 };

function open(): { room: WaitingRoom; clock: TestClock } {
  const clock = new TestClock();
  return { room: new WaitingRoom(limits, clock), clock };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof AppError ? error.code : undefined;
}

describe('the waiting room', () => {
  test('turns the next one away when it is full, and says when to come back', () => {
    const { room } = open();
    for (let i = 0; i < 3; i++) room.enter();
    try {
      room.enter();
      expect.unreachable();
    } catch (error) {
      expect(codeOf(error)).toBe('overloaded');
      expect(error).toMatchObject({ retryAfterSeconds: 1 });
    }
  });

  test('has a place again when one leaves, however often it says so', () => {
    const { room } = open();
    const [first] = [room.enter(), room.enter(), room.enter()];
    first.leave();
    first.leave();
    expect(room.size).toBe(2);
    room.enter();
    expect(() => room.enter()).toThrow('as many requests');
  });

  test('takes the place of one that has gone without a word', async () => {
    const { room, clock } = open();
    const lively = room.enter();
    room.enter();
    room.enter();
    await clock.wait(4000);
    lively.renew();
    await clock.wait(2000);
    expect(room.size).toBe(1);
    room.enter();
  });

  test('lets one wait for memory until another gives it back', async () => {
    const { room, clock } = open();
    const [oldest, second, third] = [room.enter(), room.enter(), room.enter()];
    await oldest.hold(10);
    await second.hold(80);
    clock.at(500, () => second.leave());
    await third.hold(60);
    expect(clock.now()).toBeGreaterThanOrEqual(500);
    expect(room.heldBytes).toBe(70);
  });

  test('turns one away that waits too long for memory, and leaves the others theirs', async () => {
    const { room, clock } = open();
    const [oldest, second] = [room.enter(), room.enter()];
    await oldest.hold(60);
    const refusal = await second.hold(60).catch(codeOf);
    expect(refusal).toBe('overloaded');
    expect(clock.now()).toBeGreaterThanOrEqual(limits.maxWaitMs);
    expect(room.heldBytes).toBe(60);
  });

  test('gives the oldest what it needs, so that two that wait for each other get on', async () => {
    const { room } = open();
    const [oldest, second] = [room.enter(), room.enter()];
    await oldest.hold(50);
    await second.hold(50);
    await oldest.hold(90);
    oldest.leave();
    await second.hold(90);
    expect(room.heldBytes).toBe(90);
  });

  test('lets one hold less at once, even where the others hold too much', async () => {
    const { room, clock } = open();
    const [oldest, second] = [room.enter(), room.enter()];
    await second.hold(50);
    await oldest.hold(150);
    await second.hold(10);
    expect(clock.now()).toBe(0);
    expect(room.heldBytes).toBe(160);
  });

  test('takes memory back that one who has gone was holding', async () => {
    const { room, clock } = open();
    const [lost, other] = [room.enter(), room.enter()];
    await lost.hold(100);
    await clock.wait(limits.leaseMs + 1);
    await other.hold(100);
    expect(room.size).toBe(1);
  });

  test('never holds more than the limit beside the oldest, whatever happens', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('enter' as const) }),
      fc.record({ kind: fc.constant('hold' as const), who: fc.nat(5), bytes: fc.nat(150) }),
      fc.record({ kind: fc.constant('leave' as const), who: fc.nat(5) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(3000) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { room, clock } = open();
        const guests: Lease[] = [];
        for (const step of steps) {
          if (step.kind === 'wait') await clock.wait(step.ms);
          if (step.kind === 'enter' && room.size < limits.maxInFlight) guests.push(room.enter());
          const guest = 'who' in step ? guests[step.who] : undefined;
          if (step.kind === 'leave') guest?.leave();
          if (step.kind === 'hold') {
            await guest
              ?.hold(step.bytes)
              .catch((error) => expect(codeOf(error)).toBe('overloaded'));
          }
          // The oldest may hold up to 150 beside the others' 100.
          expect(room.heldBytes).toBeLessThanOrEqual(limits.maxHeldBytes + 150);
        }
      }),
    );
  });
});
