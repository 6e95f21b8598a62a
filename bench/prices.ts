/**
 * What Cloudflare asks for, in US dollars: Workers Paid on the standard usage model
 * (developers.cloudflare.com/workers/platform/pricing, as it was in November 2026).
 */
export const workersPaid = {
  /** A month, with what is included. */
  dollarsPerMonth: 5,
  includedRequests: 10_000_000,
  includedCpuMs: 30_000_000,
  dollarsPerMillionRequests: 0.3,
  dollarsPerMillionCpuMs: 0.02,
} as const;

/** CPU that a request may take on the free plan, in milliseconds. */
export const freePlanCpuMs = 10;

/** CPU that the start of an isolate may take, on every plan, in milliseconds. */
export const startUpCpuMs = 1000;

/**
 * What a million requests more cost, once all that is included is used up.
 *
 * @param cpuMs of each request
 */
export function dollarsPerMillion(cpuMs: number): number {
  const { dollarsPerMillionRequests, dollarsPerMillionCpuMs } = workersPaid;
  return dollarsPerMillionRequests + dollarsPerMillionCpuMs * cpuMs;
}

/**
 * What a month costs, the base fee and what it includes considered.
 *
 * @param requests of the month
 * @param cpuMs of each
 */
export function dollarsPerMonth(requests: number, cpuMs: number): number {
  const { includedRequests, includedCpuMs } = workersPaid;
  const moreRequests = Math.max(0, requests - includedRequests);
  const moreCpuMs = Math.max(0, requests * cpuMs - includedCpuMs);
  return (
    workersPaid.dollarsPerMonth +
    (workersPaid.dollarsPerMillionRequests * moreRequests +
      workersPaid.dollarsPerMillionCpuMs * moreCpuMs) /
      1e6
  );
}

/** How many requests a month are within the base fee. */
export function includedRequests(cpuMs: number): number {
  return Math.floor(Math.min(workersPaid.includedRequests, workersPaid.includedCpuMs / cpuMs));
}
