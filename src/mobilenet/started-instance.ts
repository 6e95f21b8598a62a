/** An instance that was started beforehand, as threads have to be. It can be installed once. */
export interface StartedInstance {
  /** Emscripten's module. Whoever has the type of a network needn't have Emscripten's types. */
  readonly instance: object;
  /** How many it works with. */
  readonly threads: number;
}
