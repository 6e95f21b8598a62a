import type { Caller } from '../access/authorise.ts';
import type { Stage } from '../pipeline/analyse-image.ts';
import type { Lease } from './waiting-room.ts';

/** What is found out about a request while it is worked on: for its log line, headers and data point. */
export interface RequestFacts {
  caller?: Caller;
  model?: string;
  /** Photos asked for. */
  photos: number;
  /** Photos whose result was there already. */
  cacheHits: number;
  /** Of the photos, as sent. */
  bytes: number;
  /** Code of the problem that was answered. */
  code?: string;
  durationsMs?: Record<Stage, number>;
}

/** Hono's types for Petal's routes. */
export interface PetalEnv {
  Variables: {
    requestId: string;
    facts: RequestFacts;
    /** There behind `admit`. */
    lease: Lease;
    /** Whether refusals carry `error` beside `detail`, as the clients of other servers expect. */
    isCompatible?: boolean;
  };
}
