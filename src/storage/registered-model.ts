import {
  type Addition,
  type ExamplePage,
  Examples,
  type KeptPhoto,
  type LabelCount,
  type NewExample,
} from './examples.ts';
import type { ModelPointer } from './model-pointer.ts';
import {
  notFound,
  type Publication,
  type Published,
  Publisher,
  type PublisherParts,
  refuseDeleted,
} from './publisher.ts';
import { createTables } from './tables.ts';

/** What is known of a model beside its files. */
export interface Description {
  readonly pointer: ModelPointer;
  /** Of each label, in order of the labels. */
  readonly examples: readonly LabelCount[];
  readonly isTraining: boolean;
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
  readonly #parts: PublisherParts;
  readonly #publisher: Publisher;
  readonly #examples: Examples;
  #isTraining = false;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#publisher = new Publisher(parts);
    this.#examples = new Examples(parts.storage, parts.now);
  }

  /** Undefined where there is no such model; deleted ones are described as such. */
  async describe(): Promise<Description | undefined> {
    const pointer = this.#publisher.pointer();
    return pointer === undefined
      ? undefined
      : {
          pointer,
          examples: this.#examples.counts(),
          isTraining: this.#isTraining,
        };
  }

  /** @see Publisher.publish */
  publish(publication: Publication): Promise<Published> {
    return this.#publisher.publish(publication);
  }

  /** @see Publisher.rollBack */
  rollBack(version?: number): Promise<Published> {
    return this.#publisher.rollBack(version);
  }

  /** @see Publisher.delete */
  async delete(): Promise<Pick<Description, 'pointer'>> {
    return { pointer: await this.#publisher.delete() };
  }

  /** @see Publisher.restore */
  async restore(): Promise<Pick<Description, 'pointer'>> {
    return { pointer: await this.#publisher.restore() };
  }

  /** @see Publisher.erase */
  erase(): Promise<void> {
    return this.#publisher.erase();
  }

  /** @see Publisher.maintain */
  maintain(): Promise<void> {
    return this.#publisher.maintain();
  }

  /**
   * Adds examples; one that can't be added doesn't keep the others out.
   *
   * @param backboneSha256 what their embeddings were made with
   * @returns what came of each, in their order
   */
  async addExamples(
    examples: readonly NewExample[],
    backboneSha256: string,
  ): Promise<ExamplesChanged & { readonly added: readonly Addition[] }> {
    const { name, storage } = this.#parts;
    refuseDeleted(name, this.#publisher.pointer());
    createTables(storage, name);
    const added = examples.map((example) => this.#examples.add(example, backboneSha256));
    return { added, examples: this.#examples.counts() };
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

  #refuseMissing(): void {
    const { name } = this.#parts;
    const pointer = this.#publisher.pointer();
    if (pointer === undefined) throw notFound(name);
    refuseDeleted(name, pointer);
  }
}

/** What can be asked of a registered model from elsewhere. */
export type ModelOperation = Exclude<keyof RegisteredModel, 'maintain'>;
