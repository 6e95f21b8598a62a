import { deletedKeptMs, erasedAt, isOver, refuseDeleted } from './deletion.ts';
import type { KeyValues } from './key-values.ts';
import {
  currentOf,
  fileKey,
  type ModelPointer,
  metadataOf,
  pointerKey,
  type VersionEntry,
  type VersionSummary,
} from './model-pointer.ts';
import type { ObjectStorage } from './object-storage.ts';
import { createTables, hasContent, hasTables } from './tables.ts';
import { notFound, versionBefore, versionOf } from './version-lookup.ts';
import { Versions } from './versions.ts';

/** After so long what failed is tried again. */
const retryMs = 5000;

/** KV takes one write a second for each key. */
const betweenWritesMs = 1100;

/** What publishing works with. */
export interface PublisherParts {
  readonly name: string;
  readonly storage: ObjectStorage;
  readonly store: KeyValues;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly wait: (durationMs: number) => Promise<void>;
  /** Never the same twice. */
  readonly newId: () => string;
}

/** A file to be published. */
export interface Publication {
  readonly file: ArrayBuffer;
  readonly summary: VersionSummary;
  /** Of a training: what it was trained on, and how. */
  readonly trainedOn?: string;
  /** Of a training: {@link Publisher.erasures} when it began; what it was for may be erased since. */
  readonly erasures?: number;
}

/** A version, and what readers are told with it. */
export interface Published {
  readonly entry: VersionEntry;
  /** Whether it was there already, its name standing for it. */
  readonly isKnown: boolean;
  readonly pointer: ModelPointer;
}

/**
 * Publishes versions of one model so that each reader sees the former one or
 * the new one, all of it: the file is written first, under a key of its own;
 * then SQLite has the version; then the pointer, at which readers look first,
 * is written. What is interrupted after the file was written leaves a stray
 * file, which is erased when it is due. What is interrupted after that, or can't
 * be told to readers, is a pointer that isn't announced: the alarm announces it,
 * or the next change does.
 *
 * One change at a time: a pointer never overtakes a later one.
 */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #versions: Versions;
  #lastChange: Promise<unknown> = Promise.resolve();
  #erasures = 0;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#versions = new Versions(parts.storage, parts.now);
  }

  /** Undefined where there is nothing of the model. */
  pointer(): ModelPointer | undefined {
    return hasContent(this.#parts.storage) ? this.#versions.pointer() : undefined;
  }

  /** How often the model was erased since this object was made. */
  get erasures(): number {
    return this.#erasures;
  }

  /** What the version that the name stands for was trained on. */
  get trainedOn(): string | null {
    return this.#versions.trainedOn;
  }

  /**
   * Makes a file the newest version, unless the name stands for this very file already.
   *
   * @throws AppError `model-deleted`; `model-not-found` where it was erased while it was trained;
   *   `model-unavailable` where the file can't be stored
   */
  publish({ file, summary, trainedOn, erasures }: Publication): Promise<Published> {
    return this.#change(async () => {
      const { name, storage, store, newId } = this.#parts;
      refuseDeleted(name, this.pointer());
      if (erasures !== undefined && erasures !== this.#erasures) throw notFound(name);
      createTables(storage, name);
      const current = currentOf(this.#versions.pointer());
      if (current?.sha256 === summary.sha256) {
        await this.#announce();
        return { entry: current, isKnown: true, pointer: this.#versions.pointer() };
      }
      const key = fileKey(name, newId());
      this.#versions.expectFile(key);
      await this.#schedule();
      await store.put(key, file);
      const entry = this.#versions.publish({
        file: key,
        summary,
        ...(trainedOn === undefined ? {} : { trainedOn }),
      });
      await this.#schedule();
      await this.#announce();
      return { entry, isKnown: false, pointer: this.#versions.pointer() };
    });
  }

  /**
   * Lets the name stand for another version.
   *
   * @param version the one before, unless named
   * @throws AppError `model-not-found`, `model-deleted`
   */
  rollBack(version?: number): Promise<Published> {
    return this.#change(async () => {
      const { name } = this.#parts;
      const pointer = this.pointer();
      if (pointer === undefined) throw notFound(name);
      refuseDeleted(name, pointer);
      const entry =
        version === undefined ? versionBefore(name, pointer) : versionOf(name, pointer, version);
      if (entry.version !== pointer.current) {
        this.#versions.pointAt(entry.version);
        await this.#schedule();
      }
      await this.#announce();
      return { entry, isKnown: true, pointer: this.#versions.pointer() };
    });
  }

  /** Readers don't find the model any more; it is kept for a while. */
  delete(): Promise<ModelPointer> {
    return this.#change(async () => {
      const { name, now } = this.#parts;
      const pointer = this.pointer();
      if (pointer === undefined) throw notFound(name);
      if (pointer.deletedAt === null) {
        this.#versions.setDeletedAt(now());
        await this.#schedule();
      }
      await this.#announce();
      return this.#versions.pointer();
    });
  }

  /** Undoes {@link Publisher.delete}. */
  restore(): Promise<ModelPointer> {
    return this.#change(async () => {
      const { name, now } = this.#parts;
      const pointer = this.pointer();
      if (pointer === undefined || isOver(pointer, now())) throw notFound(name);
      if (pointer.deletedAt !== null) {
        this.#versions.setDeletedAt(null);
        await this.#schedule();
      }
      await this.#announce();
      return this.#versions.pointer();
    });
  }

  /** Erases the model with all that belongs to it, for good. */
  erase(): Promise<void> {
    return this.#change(async () => {
      const { now } = this.#parts;
      if (this.pointer() === undefined) throw notFound(this.#parts.name);
      // If this is interrupted, the alarm goes on with it.
      this.#versions.setDeletedAt(now() - deletedKeptMs);
      await this.#schedule();
      await this.#eraseAll();
    });
  }

  /** Does what is due; the alarm calls it. What fails is tried again later. */
  maintain(): Promise<void> {
    return this.#change(async () => {
      const { now, storage, store } = this.#parts;
      if (!hasTables(storage)) return;
      try {
        if (isOver(this.#versions.pointer(), now())) {
          await this.#eraseAll();
          return;
        }
        await this.#announce();
        for (const { file, dueAt } of this.#versions.strayFiles()) {
          if (dueAt > now()) break;
          await store.delete(file);
          this.#versions.forgetFile(file);
        }
        if (!hasContent(storage) && this.#versions.strayFiles().length === 0) {
          await this.#eraseAll();
          return;
        }
      } catch (error) {
        console.error(error);
      }
      await this.#schedule();
    });
  }

  /**
   * Tells readers of the latest change, if they don't know. That it is stored
   * holds anyway: where they can't be told, the alarm goes on trying.
   */
  async #announce(): Promise<void> {
    const { name, store, wait } = this.#parts;
    if (this.#versions.isAnnounced) return;
    const pointer = this.#versions.pointer();
    const write = (): Promise<void> =>
      store.put(pointerKey(name), JSON.stringify(pointer), metadataOf(pointer));
    try {
      await write().catch(async () => {
        await wait(betweenWritesMs);
        await write();
      });
    } catch (error) {
      console.error(error);
      return;
    }
    this.#versions.setAnnounced(pointer.revision);
  }

  async #eraseAll(): Promise<void> {
    const { name, storage, store } = this.#parts;
    const { versions } = this.#versions.pointer();
    this.#erasures += 1;
    // The pointer first: nobody is to be led to a file that isn't there.
    await store.delete(pointerKey(name));
    for (const { file } of [...versions, ...this.#versions.strayFiles()]) await store.delete(file);
    await storage.deleteAlarm();
    await storage.deleteAll();
  }

  /** Sets the alarm to when something is due. */
  async #schedule(): Promise<void> {
    const { now, storage } = this.#parts;
    const { deletedAt } = this.#versions.pointer();
    const dueAt = Math.min(
      this.#versions.isAnnounced ? Number.POSITIVE_INFINITY : now() + retryMs,
      deletedAt === null ? Number.POSITIVE_INFINITY : erasedAt(deletedAt),
      this.#versions.strayFiles()[0]?.dueAt ?? Number.POSITIVE_INFINITY,
    );
    if (Number.isFinite(dueAt)) await storage.setAlarm(Math.max(dueAt, now() + retryMs));
  }

  #change<T>(work: () => Promise<T>): Promise<T> {
    const change = this.#lastChange.then(work);
    this.#lastChange = change.catch(() => undefined);
    return change;
  }
}
