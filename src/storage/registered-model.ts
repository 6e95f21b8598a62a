import type { Manifest } from '../classes/manifest.ts';
import { readModelFile, writeModelFile } from '../classes/model-file.ts';
import { type HeadMode, trainHead } from '../classes/train-head.ts';
import { trainedModel } from '../classes/trained-model.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../sha256.ts';
import { refuseDeleted } from './deletion.ts';
import {
  type Addition,
  type ExamplePage,
  Examples,
  type KeptPhoto,
  type LabelCount,
  type NewExample,
} from './examples.ts';
import { currentOf, type ModelPointer, summaryOf } from './model-pointer.ts';
import { type Publication, type Published, Publisher, type PublisherParts } from './publisher.ts';
import { createTables, hasTables } from './tables.ts';
import { notFound } from './version-lookup.ts';

/** What a model's object works with. */
export interface RegisteredModelParts extends PublisherParts {
  /** Program and version, as trained models have it. */
  readonly createdBy: string;
}

/**
 * The most examples that a model compares photos with: measuring takes time with
 * their square, and answering in proportion to them.
 */
export const maxNearestExamples = 500;

/** Training takes seconds. */
const trainingRetrySeconds = 2;

/** What is known of a model beside its files. */
export interface Description {
  readonly pointer: ModelPointer;
  /** Of each label, in order of the labels. */
  readonly examples: readonly LabelCount[];
  readonly isTraining: boolean;
}

/** What a change of the versions made of a model. What others do to it afterwards is not in it. */
export type PublishedModelState = Published & Description;

/** The same after a training. */
export interface TrainedModelState extends PublishedModelState {
  /** Of the version; undefined where it was there already. */
  readonly manifest?: Manifest;
}

/** The examples of a model after a change. */
export interface ExamplesChanged {
  readonly examples: readonly LabelCount[];
}

/**
 * All that is stored of one model, whatever its name: versions and examples.
 * A name that nothing was written to costs nothing. Each function throws
 * AppError `model-deleted` where the model was deleted, unless it says otherwise.
 */
export class RegisteredModel {
  readonly #parts: RegisteredModelParts;
  readonly #publisher: Publisher;
  readonly #examples: Examples;
  #isTraining = false;

  constructor(parts: RegisteredModelParts) {
    this.#parts = parts;
    this.#publisher = new Publisher(parts);
    this.#examples = new Examples(parts.storage, parts.now);
  }

  /** Undefined where there is no such model; deleted ones are described as such. */
  async describe(): Promise<Description | undefined> {
    const pointer = this.#publisher.pointer();
    return pointer === undefined ? undefined : this.#describe({ pointer });
  }

  /** @see Publisher.publish */
  async publish(publication: Publication): Promise<PublishedModelState> {
    return this.#describe(await this.#publisher.publish(publication));
  }

  /** @see Publisher.rollBack */
  async rollBack(version?: number): Promise<PublishedModelState> {
    return this.#describe(await this.#publisher.rollBack(version));
  }

  /** @see Publisher.delete */
  async delete(): Promise<Pick<Description, 'pointer'>> {
    return { pointer: await this.#publisher.delete() };
  }

  /** @see Publisher.restore */
  async restore(): Promise<Description> {
    return this.#describe({ pointer: await this.#publisher.restore() });
  }

  /** @see Publisher.erase */
  erase(): Promise<void> {
    return this.#publisher.erase();
  }

  /** @see Publisher.maintain */
  maintain(): Promise<void> {
    return this.#publisher.maintain();
  }

  /** @see Examples.add */
  async addExample(
    example: NewExample,
    backboneSha256: string,
  ): Promise<ExamplesChanged & { readonly outcome: Addition }> {
    const { name, storage } = this.#parts;
    refuseDeleted(name, this.#publisher.pointer());
    createTables(storage, name);
    const outcome = this.#examples.add(example, backboneSha256);
    return { outcome, examples: this.#examples.counts() };
  }

  /** @see Examples.list */
  async listExamples(label: string | undefined, after?: string): Promise<ExamplePage> {
    this.#refuseMissing();
    return this.#examples.list(label, after);
  }

  /** The photo of an example, where it was kept. */
  async photo(id: string): Promise<KeptPhoto | undefined> {
    this.#refuseMissing();
    return this.#examples.photo(id);
  }

  /** @see Examples.remove */
  async removeExamples(
    which: Parameters<Examples['remove']>[0],
  ): Promise<ExamplesChanged & { readonly removed: number }> {
    this.#refuseMissing();
    const removed = this.#examples.remove(which);
    return { removed, examples: this.#examples.counts() };
  }

  /**
   * Trains a head on the examples that there are now, and publishes it. Where
   * the name stands for what the same training made of the same examples, there
   * is nothing to be done.
   *
   * @param backbone that runs here
   * @throws AppError `not-enough-examples`, `too-many-examples`, `training-in-progress`,
   *   `model-mismatch` where the examples are of another backbone; as {@link Publisher.publish}
   */
  async train(mode: HeadMode, backbone: Manifest['backbone']): Promise<TrainedModelState> {
    const { name, createdBy } = this.#parts;
    const pointer = this.#refuseMissing();
    if (this.#isTraining) throw inProgress(name);
    this.#examples.refuseOtherBackbone(backbone.sha256);
    if (mode === 'knn') this.#refuseManyNearest();
    const trainedOn = JSON.stringify([this.#examples.revision, mode, backbone.sha256, createdBy]);
    const current = currentOf(pointer);
    if (current !== undefined && this.#publisher.trainedOn === trainedOn) {
      return this.#describe({ entry: current, isKnown: true, pointer });
    }
    this.#isTraining = true;
    const { erasures } = this.#publisher;
    try {
      const { manifest, ...fitted } = await this.#fit(mode, backbone);
      const published = await this.#publisher.publish({ ...fitted, trainedOn, erasures });
      return { ...this.#describe(published), isTraining: false, manifest };
    } finally {
      this.#isTraining = false;
    }
  }

  /** Adds what is known beside the versions. The model may have been erased since. */
  #describe<Change extends Pick<Description, 'pointer'>>(change: Change): Change & Description {
    const examples = hasTables(this.#parts.storage) ? this.#examples.counts() : [];
    return { ...change, examples, isTraining: this.#isTraining };
  }

  async #fit(
    mode: HeadMode,
    backbone: Manifest['backbone'],
  ): Promise<Pick<Publication, 'file' | 'summary'> & { readonly manifest: Manifest }> {
    const { now, wait, createdBy } = this.#parts;
    const set = this.#examples.trainingSet();
    const head = await trainHead(set, { mode, pause: () => wait(0) });
    const createdAt = new Date(now());
    const model = trainedModel(head, { labels: set.labels, backbone, createdAt, createdBy });
    const file = writeModelFile(model);
    const digest = (await sha256(file)).toHex();
    // What can't be read must not be published: it throws here, and the former version goes on serving.
    readModelFile(file.buffer, { ...backbone, blocks: [] }, digest);
    const { length: bytes } = file;
    const summary = summaryOf(model.manifest, { sha256: digest, bytes, source: 'training' });
    return { file: file.buffer, summary, manifest: model.manifest };
  }

  #refuseManyNearest(): void {
    const total = this.#examples.counts().reduce((sum, { count }) => sum + count, 0);
    if (total <= maxNearestExamples) return;
    throw new AppError(
      'too-many-examples',
      `There are ${total} examples, and mode=knn compares each photo with all of them: it takes up to ${maxNearestExamples}. Train with mode=softmax, which does better with so many.`,
      { facts: { limitExamples: maxNearestExamples } },
    );
  }

  #refuseMissing(): ModelPointer {
    const { name } = this.#parts;
    const pointer = this.#publisher.pointer();
    if (pointer === undefined) throw notFound(name);
    refuseDeleted(name, pointer);
    return pointer;
  }
}

function inProgress(name: string): AppError {
  return new AppError(
    'training-in-progress',
    `${name} is being trained already. Try again in ${trainingRetrySeconds} seconds.`,
    { retryAfterSeconds: trainingRetrySeconds },
  );
}

/** What can be asked of a registered model from elsewhere. */
export type ModelOperation = Exclude<keyof RegisteredModel, 'maintain'>;
