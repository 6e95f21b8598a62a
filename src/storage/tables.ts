import type { ObjectStorage } from './object-storage.ts';

/**
 * Tables of one model. Times are milliseconds since 1970. A model whose name
 * was only asked for has none of them.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS model (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    -- The revision that readers were last told of.
    announced INTEGER NOT NULL,
    current INTEGER,
    last_version INTEGER NOT NULL,
    deleted_at INTEGER,
    -- Grows with every change of the examples.
    examples_revision INTEGER NOT NULL,
    -- What the examples' embeddings were made with.
    backbone_sha256 TEXT
  );
  CREATE TABLE IF NOT EXISTS versions (
    version INTEGER PRIMARY KEY,
    file TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    summary TEXT NOT NULL,
    -- What it was trained on, and how; null for uploads.
    trained_on TEXT
  );
  -- Files that no version has: to be erased when they are due.
  CREATE TABLE IF NOT EXISTS stray_files (
    file TEXT PRIMARY KEY,
    due_at INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS examples (
    id TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    embedding BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS examples_by_label ON examples (label, created_at, id);
  CREATE TABLE IF NOT EXISTS photos (
    id TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL
  );
`;

/** Makes the tables of a model that has none yet. */
export function createTables(storage: ObjectStorage, name: string): void {
  if (hasTables(storage)) return;
  const { sql } = storage;
  sql.exec(schema);
  sql.exec('INSERT INTO model VALUES (1, ?, 0, 0, NULL, 0, NULL, 0, NULL)', name);
}

export function hasTables({ sql }: ObjectStorage): boolean {
  const [table] = sql.exec(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'model'",
  );
  return table !== undefined;
}

/** Whether there is anything of a model but its name: a version, an example, or that it was deleted. */
export function hasContent(storage: ObjectStorage): boolean {
  if (!hasTables(storage)) return false;
  const [row] = storage.sql.exec(
    `SELECT id FROM model WHERE deleted_at IS NOT NULL
     OR EXISTS (SELECT 1 FROM versions) OR EXISTS (SELECT 1 FROM examples)`,
  );
  return row !== undefined;
}
