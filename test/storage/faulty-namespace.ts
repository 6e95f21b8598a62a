import type { KeyValueNamespace } from '../../src/storage/key-values.ts';

/**
 * What may happen to one write: it fails before or after it was done, or the
 * object that writes ends before or after.
 */
export const faults = ['none', 'fail-before', 'fail-after', 'end-before', 'end-after'] as const;
export type Fault = (typeof faults)[number];

/** The object ended: none of its code is run any more. */
export class Ended extends Error {}

/** A real namespace whose writes meet faults, in their order; and none when those are used up. */
export class FaultyNamespace {
  readonly #namespace: KVNamespace;
  readonly #faults: Fault[];
  #hasEnded = false;

  constructor(namespace: KVNamespace, faults: readonly Fault[]) {
    this.#namespace = namespace;
    this.#faults = [...faults];
  }

  /** As the object that writes sees it, whose successor asks for one of its own. */
  forObject(): KeyValueNamespace {
    this.#hasEnded = false;
    const namespace = this.#namespace;
    const write = <T>(work: () => Promise<T>): Promise<T> => this.#write(work);
    return {
      get: namespace.get.bind(namespace) as KeyValueNamespace['get'],
      list: namespace.list.bind(namespace) as KeyValueNamespace['list'],
      put: (key, value, options) => write(() => namespace.put(key, value, options)),
      delete: (key) => write(() => namespace.delete(key)),
    };
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** No more faults. */
  heal(): void {
    this.#faults.length = 0;
  }

  async #write<T>(work: () => Promise<T>): Promise<T> {
    if (this.#hasEnded) throw new Ended();
    const fault = this.#faults.shift() ?? 'none';
    if (fault === 'fail-before') throw new Error('KV is not there.');
    if (fault === 'end-before') this.#end();
    const done = await work();
    if (fault === 'fail-after') throw new Error('KV did not answer.');
    if (fault === 'end-after') this.#end();
    return done;
  }

  #end(): never {
    this.#hasEnded = true;
    throw new Ended();
  }
}
