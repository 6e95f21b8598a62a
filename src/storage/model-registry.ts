import type { PublishedModel } from '../classes/catalog.ts';
import type { CustomModel } from '../classes/model-file.ts';
import { AppError } from '../errors.ts';
import type { KeyValueCatalog, ModelSummary } from './model-catalog.ts';
import type { ModelFiles } from './model-files.ts';
import type { ModelPointer, VersionEntry } from './model-pointer.ts';
import { type Settled, unsettle } from './refusal.ts';
import type { ModelOperation, RegisteredModel } from './registered-model.ts';

/** A Durable Object of one model, as others see it. */
export interface RegisteredModelStub {
  ask(operation: ModelOperation, parameters: readonly unknown[]): Promise<Settled<unknown>>;
}

/** The binding of all of them. */
export interface RegisteredModelNamespace {
  getByName(name: string): RegisteredModelStub;
}

type Answer<Operation extends ModelOperation> = Awaited<ReturnType<RegisteredModel[Operation]>>;

/** Users' models, to ask with and to change: KV for those who ask, a Durable Object for each model's truth. */
export class ModelRegistry {
  readonly #catalog: KeyValueCatalog;
  readonly #files: ModelFiles;
  readonly #objects: RegisteredModelNamespace;

  constructor(catalog: KeyValueCatalog, files: ModelFiles, objects: RegisteredModelNamespace) {
    this.#catalog = catalog;
    this.#files = files;
    this.#objects = objects;
  }

  /** @see KeyValueCatalog.find */
  find(name: string, version?: number): Promise<PublishedModel | undefined> {
    return this.#catalog.find(name, version);
  }

  /** @see KeyValueCatalog.names */
  names(): Promise<string[]> {
    return this.#catalog.names();
  }

  /** @see KeyValueCatalog.summaries */
  summaries(): Promise<ModelSummary[]> {
    return this.#catalog.summaries();
  }

  /** @see ModelFiles.model */
  model(entry: VersionEntry): Promise<CustomModel> {
    return this.#files.model(entry);
  }

  /** @see ModelFiles.bytes */
  file(entry: VersionEntry): Promise<ArrayBuffer> {
    return this.#files.bytes(entry);
  }

  /**
   * Has a model's object do something. What it says of the model's versions,
   * this isolate knows from then on.
   *
   * @throws AppError as the operation, and `model-unavailable` where the object can't be asked
   */
  async ask<Operation extends ModelOperation>(
    name: string,
    operation: Operation,
    ...parameters: Parameters<RegisteredModel[Operation]>
  ): Promise<Answer<Operation>> {
    const object = this.#objects.getByName(name);
    const settled = await object.ask(operation, parameters).catch((cause: unknown) => {
      throw isPassing(cause) ? unavailable(name, cause) : cause;
    });
    const answer = unsettle(settled) as Answer<Operation>;
    if (operation === 'erase') this.#catalog.acceptErased(name);
    else if (hasPointer(answer)) this.#catalog.accept(name, answer.pointer);
    return answer;
  }
}

function hasPointer(answer: unknown): answer is { readonly pointer: ModelPointer } {
  return typeof answer === 'object' && answer !== null && 'pointer' in answer;
}

/** developers.cloudflare.com/durable-objects/best-practices/error-handling */
function isPassing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return ['retryable', 'overloaded', 'durableObjectReset'].some(
    (name) => (error as Record<string, unknown>)[name] === true,
  );
}

function unavailable(name: string, cause: unknown): AppError {
  return new AppError(
    'model-unavailable',
    `What is stored of ${name} can not be reached. Try again in a few seconds.`,
    { cause },
  );
}
