import {
  currentOf,
  type ModelPointer,
  type VersionEntry,
  type VersionSummary,
} from './model-pointer.ts';
import type { ObjectStorage } from './object-storage.ts';

/** Older versions than these are erased, but for the one that the name stands for. */
export const keptVersions = 20;

/**
 * How long a file stays that no version has: readers elsewhere may not know yet,
 * and an upload that was cut off may still arrive.
 */
export const strayFileMs = 3_600_000;

type VersionRow = {
  version: number;
  file: string;
  created_at: number;
  summary: string;
  trained_on: string | null;
};

/** What a version is published with. */
export interface NewVersion {
  readonly file: string;
  readonly summary: VersionSummary;
  readonly trainedOn?: string;
}

/**
 * The versions of a model, in SQLite. Synchronous: each function's changes are
 * stored together or not at all. The tables have to be there.
 */
export class Versions {
  readonly #storage: ObjectStorage;
  readonly #now: () => number;

  constructor(storage: ObjectStorage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  /** What readers should know. */
  pointer(): ModelPointer {
    const { sql } = this.#storage;
    const { revision, current, deleted_at } = sql
      .exec<{ revision: number; current: number | null; deleted_at: number | null }>(
        'SELECT revision, current, deleted_at FROM model',
      )
      .one();
    const rows = sql.exec<VersionRow>('SELECT * FROM versions ORDER BY version');
    return { revision, current, deletedAt: deleted_at, versions: Array.from(rows, entryOf) };
  }

  /** Whether readers were told of the latest change. */
  get isAnnounced(): boolean {
    const [row] = this.#storage.sql.exec('SELECT id FROM model WHERE announced <> revision');
    return row === undefined;
  }

  setAnnounced(revision: number): void {
    this.#storage.sql.exec('UPDATE model SET announced = ?', revision);
  }

  /** What the version that the name stands for was trained on. */
  get trainedOn(): string | null {
    const [row] = this.#storage.sql.exec<{ trained_on: string | null }>(
      'SELECT trained_on FROM versions JOIN model ON version = current',
    );
    return row?.trained_on ?? null;
  }

  /** Notes a file before it is written, so that it is erased if nothing comes of it. */
  expectFile(file: string): void {
    this.#addStray(file);
  }

  /** Makes a file, which is there already, the next version, and the one that the name stands for. */
  publish({ file, summary, trainedOn }: NewVersion): VersionEntry {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const { version } = sql
        .exec<{ version: number }>(
          'UPDATE model SET last_version = last_version + 1 RETURNING last_version AS version',
        )
        .one();
      sql.exec(
        'INSERT INTO versions VALUES (?, ?, ?, ?, ?)',
        version,
        file,
        this.#now(),
        JSON.stringify(summary),
        trainedOn ?? null,
      );
      sql.exec('DELETE FROM stray_files WHERE file = ?', file);
      this.#change('current = ?', version);
      this.#dropOldest();
      const published = currentOf(this.pointer());
      if (published === undefined) throw new Error(`Version ${version} is not there.`);
      return published;
    });
  }

  /** Lets the name stand for a version, which has to be there. */
  pointAt(version: number): void {
    this.#storage.transactionSync(() => this.#change('current = ?', version));
  }

  setDeletedAt(deletedAt: number | null): void {
    this.#storage.transactionSync(() => this.#change('deleted_at = ?', deletedAt));
  }

  /** Files that no version has. */
  strayFiles(): { readonly file: string; readonly dueAt: number }[] {
    return this.#storage.sql
      .exec<{ file: string; dueAt: number }>(
        'SELECT file, due_at AS dueAt FROM stray_files ORDER BY due_at',
      )
      .toArray();
  }

  /** A stray file was erased. */
  forgetFile(file: string): void {
    this.#storage.sql.exec('DELETE FROM stray_files WHERE file = ?', file);
  }

  #addStray(file: string): void {
    this.#storage.sql.exec(
      'INSERT INTO stray_files VALUES (?, ?)',
      file,
      this.#now() + strayFileMs,
    );
  }

  #change(assignment: string, value: number | null): void {
    // Later than all before it, those of an erased model of this name included.
    this.#storage.sql.exec(
      `UPDATE model SET ${assignment}, revision = max(revision + 1, ?)`,
      value,
      this.#now(),
    );
  }

  #dropOldest(): void {
    const { sql } = this.#storage;
    const dropped = sql
      .exec<{ version: number; file: string }>(
        `SELECT version, file FROM versions WHERE version <> (SELECT current FROM model)
         AND version NOT IN (SELECT version FROM versions ORDER BY version DESC LIMIT ?)`,
        keptVersions,
      )
      .toArray();
    for (const { version, file } of dropped) {
      sql.exec('DELETE FROM versions WHERE version = ?', version);
      this.#addStray(file);
    }
  }
}

function entryOf({ version, file, created_at, summary }: VersionRow): VersionEntry {
  return { ...(JSON.parse(summary) as VersionSummary), version, file, createdAt: created_at };
}
