/** What SQLite stores in a column, and gives back. */
export type SqlValue = string | number | null | ArrayBuffer;

/** Rows of a query, read as they are asked for. */
export interface SqlRows<Row> extends Iterable<Row> {
  toArray(): Row[];
  /** @throws Error unless there is exactly one */
  one(): Row;
}

/**
 * What Petal needs of a Durable Object's storage with SQLite
 * (developers.cloudflare.com/durable-objects/api/sqlite-storage-api): writes
 * without an `await` between them are stored together or not at all.
 */
export interface ObjectStorage {
  readonly sql: {
    exec<Row extends Record<string, SqlValue>>(
      query: string,
      ...bindings: SqlValue[]
    ): SqlRows<Row>;
  };
  transactionSync<T>(work: () => T): T;
  /** @param at milliseconds since 1970; takes the place of the former alarm */
  setAlarm(at: number): Promise<void>;
  deleteAlarm(): Promise<void>;
  deleteAll(): Promise<void>;
}
