import type { ModelCatalog, PublishedModel } from '../classes/catalog.ts';
import { AppError } from '../errors.ts';
import type { KeyValues } from './key-values.ts';
import type { ModelFiles } from './model-files.ts';
import {
  type ModelPointer,
  metadataOf,
  modelPointer,
  type PointerMetadata,
  pointerKey,
  pointerMetadata,
  pointerPrefix,
  type VersionEntry,
} from './model-pointer.ts';

/** For so long a pointer, or the list of all, is taken for the latest. */
const freshMs = 5000;

/**
 * For so long after a change a location of KV may answer with what was there before
 * (developers.cloudflare.com/kv/concepts/how-kv-works/#consistency), and some more.
 */
const unsettledMs = 120_000;

/** The most pointers that are kept. */
const maxKeptPointers = 1000;

interface KeptPointer {
  /** Undefined where there is none. */
  readonly pointer: ModelPointer | undefined;
  readonly readAt: number;
}

/** A model that can be asked with. */
export interface ModelSummary {
  readonly name: string;
  readonly current: VersionEntry;
}

/**
 * Finds users' models in KV, for one isolate. What the isolate itself has
 * published it knows at once; of what others did it hears within seconds at the
 * same location, and within a minute or so at others. It never goes back to an
 * older state.
 */
export class KeyValueCatalog implements ModelCatalog {
  readonly #store: KeyValues;
  readonly #files: ModelFiles;
  readonly #now: () => number;
  readonly #pointers = new Map<string, KeptPointer>();
  #list: { readonly found: Map<string, PointerMetadata>; readonly readAt: number } | undefined;

  /** @param now milliseconds since 1970 */
  constructor(store: KeyValues, files: ModelFiles, now: () => number) {
    this.#store = store;
    this.#files = files;
    this.#now = now;
  }

  /** @throws AppError `model-unavailable`, `model-mismatch` */
  async find(name: string, version?: number): Promise<PublishedModel | undefined> {
    const pointer = await this.pointer(name);
    if (pointer === undefined || pointer.deletedAt !== null) return undefined;
    const wanted = version ?? pointer.current;
    const entry = pointer.versions.find((each) => each.version === wanted);
    if (entry === undefined) return undefined;
    const model = await this.#files.model(entry);
    return { name, version: entry.version, sha256: entry.sha256, model };
  }

  /** @throws AppError `model-unavailable` */
  async names(): Promise<string[]> {
    return (await this.summaries()).map(({ name }) => name);
  }

  /**
   * All models that can be asked with, in order of their names.
   *
   * @throws AppError `model-unavailable`
   */
  async summaries(): Promise<ModelSummary[]> {
    const found = new Map(await this.#listed());
    for (const [name, { pointer }] of this.#pointers) {
      const listed = found.get(name);
      if (pointer !== undefined && this.#isNewer(pointer, listed)) {
        found.set(name, metadataOf(pointer));
      }
    }
    const summaries: ModelSummary[] = [];
    for (const [name, { current, deletedAt }] of found) {
      if (current !== null && deletedAt === null) summaries.push({ name, current });
    }
    return summaries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * What readers know of a model, deleted ones included.
   *
   * @throws AppError `model-unavailable`
   */
  async pointer(name: string): Promise<ModelPointer | undefined> {
    const kept = this.#pointers.get(name);
    if (kept !== undefined && this.#now() - kept.readAt < freshMs) return kept.pointer;
    const text = await this.#store.text(pointerKey(name));
    const read = text === undefined ? undefined : parsePointer(name, text);
    // Meanwhile another request may have learned more.
    const known = this.#pointers.get(name)?.pointer;
    const pointer = known !== undefined && this.#isNewer(known, read) ? known : read;
    this.#keep(name, pointer);
    return pointer;
  }

  /** Learns of a change that this isolate had made. */
  accept(name: string, pointer: ModelPointer): void {
    const known = this.#pointers.get(name)?.pointer;
    if (known === undefined || known.revision <= pointer.revision) this.#keep(name, pointer);
  }

  /** Learns that a model was erased. */
  acceptErased(name: string): void {
    this.#keep(name, undefined);
    this.#list = undefined;
  }

  #keep(name: string, pointer: ModelPointer | undefined): void {
    this.#pointers.delete(name);
    this.#pointers.set(name, { pointer, readAt: this.#now() });
    const [oldest] = this.#pointers.keys();
    if (this.#pointers.size > maxKeptPointers && oldest !== undefined) {
      this.#pointers.delete(oldest);
    }
  }

  /** Whether what is known is later than what was read. That nothing was read may be old news, too. */
  #isNewer(known: ModelPointer, read: { readonly revision: number } | undefined): boolean {
    return read === undefined
      ? this.#now() - known.revision < unsettledMs
      : known.revision > read.revision;
  }

  async #listed(): Promise<ReadonlyMap<string, PointerMetadata>> {
    const now = this.#now();
    if (this.#list !== undefined && now - this.#list.readAt < freshMs) return this.#list.found;
    const found = new Map<string, PointerMetadata>();
    for (const { key, metadata } of await this.#store.list(pointerPrefix)) {
      const read = pointerMetadata.safeParse(metadata);
      if (read.success) found.set(key.slice(pointerPrefix.length), read.data);
      else console.warn(`The metadata of ${key} can not be read.`, read.error);
    }
    this.#list = { found, readAt: now };
    return found;
  }
}

function parsePointer(name: string, text: string): ModelPointer {
  try {
    return modelPointer.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      'model-unavailable',
      `What is stored about ${name} can not be read by this version of Petal.`,
      { cause },
    );
  }
}
