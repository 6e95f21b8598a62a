import type { Config } from '../config.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import type { ImageClass } from '../mobilenet/top-k.ts';

/** What the HTTP side is given; the Worker and the tests put it together. */
export interface AppParts {
  readonly config: Config;
  /** Answers the loaded network, or throws AppError `model-unavailable`. */
  readonly network: () => LoadedNetwork;
  /** In order of their index. */
  readonly classes: readonly ImageClass[];
  /** Milliseconds since any fixed moment; may stand still during work. */
  readonly now: () => number;
}
