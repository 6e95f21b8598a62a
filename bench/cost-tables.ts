import {
  dollarsPerMillion,
  dollarsPerMonth,
  freePlanCpuMs,
  includedRequests,
  startUpCpuMs,
} from './prices.ts';
import type { Summary } from './statistics.ts';
import { missing, number, type Table } from './table.ts';

/** Milliseconds of CPU of one kind of request. */
export interface RequestCost {
  readonly name: string;
  /** Of the whole process. */
  readonly whole: Summary;
  /** Of a Worker that does nothing of its own, with the same request. */
  readonly plain: Summary;
  /** The difference: Petal. */
  readonly own: Summary;
  /** The same of the first request in a fresh process; missing where it can't be the first. */
  readonly first?: Summary;
  readonly rival?: Summary;
  /** Petal's to the rival's. */
  readonly ratio?: Summary;
}

/** Milliseconds of CPU until a fresh process listens. */
export interface StartUpCost {
  readonly petal: Summary;
  readonly plain: Summary;
  /** The difference: Petal's module scope. */
  readonly own: Summary;
}

function range({ p10, p90 }: Summary): string {
  return `${number(p10)}-${number(p90)}`;
}

/** Whether a kind of request fits into the free plan, in a word or two. */
export function fitsFreePlan({ own, first }: Pick<RequestCost, 'own' | 'first'>): string {
  if (own.p10 > freePlanCpuMs) return 'no';
  if (own.p90 > freePlanCpuMs) return 'now and then';
  return first === undefined || first.p90 <= freePlanCpuMs ? 'yes' : 'but the first';
}

export function requestTable(requests: readonly RequestCost[]): Table {
  return {
    title: 'CPU time of a request in milliseconds',
    columns: [
      'request',
      'whole',
      'plain Worker',
      'Petal',
      'p10-p90',
      'first',
      'to rival',
      `in ${freePlanCpuMs} ms`,
    ],
    rows: requests.map((request) => [
      request.name,
      number(request.whole.median),
      number(request.plain.median),
      number(request.own.median),
      range(request.own),
      request.first === undefined ? missing : number(request.first.median),
      request.ratio === undefined ? missing : `${number(request.ratio.median)}x`,
      fitsFreePlan(request),
    ]),
  };
}

const months = [1e6, 10e6, 100e6] as const;

/** What a month costs, if all requests are of one kind. */
export function billTable(requests: readonly RequestCost[]): Table {
  return {
    title: 'Dollars on Workers Paid, by what "Petal" says above',
    columns: [
      'request',
      'within the $5',
      ...months.map((count) => `${count / 1e6} million a month`),
      'each further million',
    ],
    rows: requests.map(({ name, own }) => {
      // Noise may take a request that costs nothing below it.
      const cpuMs = Math.max(0, own.median);
      return [
        name,
        includedRequests(cpuMs).toLocaleString('en'),
        ...months.map((count) => dollarsPerMonth(count, cpuMs).toFixed(2)),
        dollarsPerMillion(cpuMs).toFixed(2),
      ];
    }),
  };
}

export function startUpTable({ petal, plain, own }: StartUpCost): Table {
  return {
    title: `CPU time of ${petal.count} starts in milliseconds, until workerd listens`,
    columns: ['', 'median', 'p10-p90', 'of the limit'],
    rows: [
      ['whole', number(petal.median), range(petal), missing],
      ['plain Worker', number(plain.median), range(plain), missing],
      ['Petal', number(own.median), range(own), `${number((own.median / startUpCpuMs) * 100)} %`],
    ],
  };
}
