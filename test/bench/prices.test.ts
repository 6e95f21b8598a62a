import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dollarsPerMillion,
  dollarsPerMonth,
  includedRequests,
  workersPaid,
} from '../../bench/prices.ts';

const million = 1_000_000;
const cpuMs = fc.integer({ min: 1, max: 1000 });
const requests = fc.integer({ min: 0, max: 1_000_000_000 });

describe("Cloudflare's prices", () => {
  // developers.cloudflare.com/workers/platform/pricing has these two with the bill worked out.
  test.each([
    { requests: 15 * million, cpuMs: 7, dollars: 8 },
    { requests: 100 * million, cpuMs: 7, dollars: 45.4 },
  ])("are $dollars for Cloudflare's own example of $requests requests", (example) => {
    expect(dollarsPerMonth(example.requests, example.cpuMs)).toBeCloseTo(example.dollars, 6);
  });

  test('are the base fee for as many requests as are included', () => {
    expect(includedRequests(30)).toBe(million);
    expect(includedRequests(1)).toBe(10 * million);
    fc.assert(
      fc.property(cpuMs, (cpuMs) => {
        const within = includedRequests(cpuMs);
        expect(dollarsPerMonth(within, cpuMs)).toBe(workersPaid.dollarsPerMonth);
        expect(dollarsPerMonth(within + 1, cpuMs)).toBeGreaterThan(workersPaid.dollarsPerMonth);
      }),
    );
  });

  test('rise by the price of a million with each million beyond what is included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 1000 }), requests, (cpuMs, more) => {
        // From 3 ms on, CPU time is used up before requests are.
        const from = 10 * million + more;
        const rise = dollarsPerMonth(from + million, cpuMs) - dollarsPerMonth(from, cpuMs);
        expect(rise).toBeCloseTo(dollarsPerMillion(cpuMs), 4);
      }),
    );
  });
});
