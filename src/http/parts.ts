import type { AccessRules } from '../access/rules.ts';
import type { Config } from '../config.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import type { Taxonomy } from '../mobilenet/taxonomy.ts';
import type { ImageClass } from '../mobilenet/top-k.ts';
import type { ModelRegistry } from '../storage/model-registry.ts';
import type { ResultStore } from './result-store.ts';
import type { Clock } from './waiting-room.ts';

/** Counts requests by key; the interface of the platform's rate limit binding. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** Takes numbers about requests; the interface of Analytics Engine's binding. */
export interface Analytics {
  writeDataPoint(point: { indexes?: string[]; blobs?: string[]; doubles?: number[] }): void;
}

/** What the HTTP side is given; the Worker and the tests put it together. */
export interface AppParts {
  readonly config: Config;
  /** Answers the loaded network, or throws AppError `model-unavailable`. */
  readonly network: () => LoadedNetwork;
  /** In order of their index. */
  readonly classes: readonly ImageClass[];
  readonly taxonomy: Taxonomy;
  /** Users' models; missing where there is no place for them. */
  readonly models?: ModelRegistry;
  readonly access: AccessRules;
  /**
   * The address of the client that sent a request with these headers, from the connection, as the runtime
   * passes it on; undefined where that isn't known.
   */
  readonly peerOf: (headers: Headers) => string | undefined;
  /** Its `now` may stand still during work. */
  readonly clock: Clock;
  /** Names the code that runs: results of other versions are not taken from the cache. */
  readonly version: string;
  /** Checks a Turnstile token, or throws AppError `challenge-failed`; missing where none is asked for. */
  readonly verifyChallenge?: (
    token: string | undefined,
    remoteAddress: string | undefined,
  ) => Promise<void>;
  /**
   * Fetches a photo from a stranger's URL; missing where that is switched off.
   * It asks `hold` for the memory that it takes, before it takes it.
   */
  readonly fetchPhoto?: (
    url: string,
    hold: (bytes: number) => Promise<void>,
  ) => Promise<Uint8Array>;
  readonly rateLimiter?: RateLimiter;
  readonly resultStore?: ResultStore;
  readonly analytics?: Analytics;
  /** Takes one line about each request. */
  readonly log: (line: string) => void;
}
