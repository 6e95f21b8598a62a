import { embeddingLength } from '../classes/head.ts';
import type { TrainingSet } from '../classes/training-set.ts';
import { AppError } from '../errors.ts';
import type { ObjectStorage } from './object-storage.ts';

/** The most examples of one model: their embeddings are 5 kB each, all in memory while it is trained. */
export const maxExamples = 2000;

/** The most labels that examples may have: training takes time in proportion to them. */
export const maxExampleLabels = 50;

/** The most that a photo may have to be kept beside its embedding; SQLite's rows end at 2 MB. */
export const maxKeptPhotoBytes = 1_000_000;

/** How many examples a page lists. */
const pageLength = 100;

/** A photo that shows something, as far as it is kept. */
export interface NewExample {
  /** SHA-256 of the photo's bytes, in hexadecimal. */
  readonly id: string;
  readonly label: string;
  /** Float32 [1280], of the backbone. */
  readonly embedding: ArrayBuffer;
  /** The photo itself, where it is to be kept. */
  readonly photo?: KeptPhoto;
}

export interface KeptPhoto {
  readonly mediaType: string;
  readonly bytes: ArrayBuffer;
}

/** What adding an example did: the photo was new, or had another label, or this one already. */
export type Addition = 'added' | 'moved' | 'unchanged';

export interface ListedExample {
  readonly id: string;
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly hasPhoto: boolean;
}

export interface ExamplePage {
  /** In the order of their ids. */
  readonly examples: readonly ListedExample[];
  /** The id to go on after; missing on the last page. */
  readonly next?: string;
}

export interface LabelCount {
  readonly label: string;
  readonly count: number;
}

type ExampleRow = { id: string; label: string; created_at: number; embedding: ArrayBuffer };

/**
 * The examples of a model, in SQLite. Synchronous: each function's changes are
 * stored together or not at all. The tables have to be there.
 */
export class Examples {
  readonly #storage: ObjectStorage;
  readonly #now: () => number;

  constructor(storage: ObjectStorage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  /** Grows with every change. */
  get revision(): number {
    return this.#storage.sql
      .exec<{ revision: number }>('SELECT examples_revision AS revision FROM model')
      .one().revision;
  }

  /** SHA-256 of the backbone that the embeddings are of; null where there are none. */
  get #backbone(): string | null {
    return this.#storage.sql
      .exec<{ backbone: string | null }>(
        `SELECT iif(EXISTS (SELECT 1 FROM examples), backbone_sha256, NULL) AS backbone FROM model`,
      )
      .one().backbone;
  }

  /** In order of the labels, by their code points. */
  counts(): LabelCount[] {
    return this.#storage.sql
      .exec<{ label: string; count: number }>(
        'SELECT label, count(*) AS count FROM examples GROUP BY label ORDER BY label',
      )
      .toArray();
  }

  /**
   * Adds one example, or moves it to its new label.
   *
   * @param backboneSha256 what its embedding was made with
   * @throws AppError `too-many-examples`; `model-mismatch` where the others are of another backbone
   */
  add(example: NewExample, backboneSha256: string): Addition {
    return this.#storage.transactionSync(() => {
      const { sql } = this.#storage;
      const { id, label, embedding, photo } = example;
      const [former] = sql.exec<{ label: string }>('SELECT label FROM examples WHERE id = ?', id);
      this.refuseOtherBackbone(backboneSha256);
      if (former?.label !== label) {
        this.#refuseMore(label, former === undefined);
        sql.exec(
          'INSERT OR REPLACE INTO examples VALUES (?, ?, ?, ?)',
          id,
          label,
          this.#now(),
          embedding,
        );
        sql.exec('UPDATE model SET backbone_sha256 = ?', backboneSha256);
        this.#change();
      }
      if (photo !== undefined) {
        sql.exec(
          'INSERT OR REPLACE INTO photos VALUES (?, ?, ?)',
          id,
          photo.mediaType,
          photo.bytes,
        );
      }
      if (former === undefined) return 'added';
      return former.label === label ? 'unchanged' : 'moved';
    });
  }

  /**
   * @param label those of this one only
   * @param after the id that the former page ended with
   */
  list(label: string | undefined, after = ''): ExamplePage {
    const rows = this.#storage.sql
      .exec<{ id: string; label: string; createdAt: number; hasPhoto: number }>(
        `SELECT examples.id, label, created_at AS createdAt, photos.id IS NOT NULL AS hasPhoto
         FROM examples LEFT JOIN photos ON photos.id = examples.id
         WHERE examples.id > ? AND (?2 IS NULL OR label = ?2) ORDER BY examples.id LIMIT ?`,
        after,
        label ?? null,
        pageLength + 1,
      )
      .toArray();
    const examples = rows
      .slice(0, pageLength)
      .map(({ hasPhoto, ...row }) => ({ ...row, hasPhoto: hasPhoto === 1 }));
    const last = examples.at(-1);
    return rows.length <= pageLength || last === undefined
      ? { examples }
      : { examples, next: last.id };
  }

  photo(id: string): KeptPhoto | undefined {
    const [row] = this.#storage.sql.exec<{ mediaType: string; bytes: ArrayBuffer }>(
      'SELECT media_type AS mediaType, bytes FROM photos WHERE id = ?',
      id,
    );
    return row;
  }

  /**
   * Removes one example, or all of a label.
   *
   * @returns how many there were
   */
  remove(which: { readonly id: string } | { readonly label: string }): number {
    return this.#storage.transactionSync(() => {
      const { sql } = this.#storage;
      const [column, value] = 'id' in which ? ['id', which.id] : ['label', which.label];
      const removed = sql
        .exec<{ id: string }>(`DELETE FROM examples WHERE ${column} = ? RETURNING id`, value)
        .toArray();
      for (const { id } of removed) sql.exec('DELETE FROM photos WHERE id = ?', id);
      if (removed.length > 0) this.#change();
      return removed.length;
    });
  }

  /** All of them, in the order of their ids, so that the same examples make the same model. */
  trainingSet(): TrainingSet {
    const counts = this.counts();
    const labels = counts.map(({ label }) => label);
    const indices = new Map(labels.map((label, index) => [label, index]));
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    const embeddings = new Float32Array(total * embeddingLength);
    const labelIndices = new Int32Array(total);
    let at = 0;
    for (const { label, embedding } of this.#storage.sql.exec<ExampleRow>(
      'SELECT * FROM examples ORDER BY id',
    )) {
      embeddings.set(new Float32Array(embedding), at * embeddingLength);
      labelIndices[at] = indices.get(label) ?? 0;
      at += 1;
    }
    return { labels, embeddings, labelIndices };
  }

  #change(): void {
    this.#storage.sql.exec('UPDATE model SET examples_revision = examples_revision + 1');
  }

  /** @throws AppError `model-mismatch` where there are embeddings, and of another backbone */
  refuseOtherBackbone(sha256: string): void {
    const backbone = this.#backbone;
    if (backbone === null || backbone === sha256) return;
    throw new AppError(
      'model-mismatch',
      'The examples of this model are embeddings of another backbone than the one that runs here. Remove them and send the photos again, or take another name.',
      { facts: { expected: sha256, received: backbone } },
    );
  }

  #refuseMore(label: string, isNew: boolean): void {
    const counts = this.counts();
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    if (isNew && total >= maxExamples) {
      throw new AppError(
        'too-many-examples',
        `The model has ${maxExamples} examples, as many as one can have. Remove some, or train on your own machine with petal train.`,
        { facts: { limitExamples: maxExamples } },
      );
    }
    if (counts.length >= maxExampleLabels && !counts.some((each) => each.label === label)) {
      throw new AppError(
        'too-many-examples',
        `The examples have ${maxExampleLabels} labels, as many as they can have. Remove those of one, or train on your own machine with petal train.`,
        { facts: { limitLabels: maxExampleLabels } },
      );
    }
  }
}
