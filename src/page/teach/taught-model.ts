import { errorOfProblem, PetalError, retryAfterSeconds } from '../../client/petal-error.ts';
import { bodyOf } from '../../client/photo.ts';
import { type Call, readJson, Transport } from '../../client/transport.ts';
import type {
  AddExampleAnswer,
  AddExamplesAnswer,
  AddedExample,
  ListExamplesAnswer,
} from '../../contract/model-examples.ts';
import type { CustomModelAnswer, DeletedModelAnswer, ModelAnswer } from '../../contract/models.ts';
import type { PetalAddress } from '../petal-api.ts';

export type Example = Pick<ListExamplesAnswer['examples'][number], 'id' | 'label' | 'hasPhoto'>;

/** What became of one photo of many that were sent. */
export type Added = AddedExample | { readonly problem: PetalError };

/** The longest training, of 2,000 examples, takes some tens of seconds. */
const timeoutMs = 300_000;

/** Refusals of one photo, which say nothing of the others. */
const refusalsOfPhotos: readonly string[] = [
  'unsupported-media-type',
  'image-too-large',
  'too-much-work',
  'image-decode-failed',
  'empty-body',
  'payload-too-large',
  'too-many-examples',
];

/** How long Petal is left alone that is busy and doesn't say for how long. */
const usualRetrySeconds = 2;

/** What turns a request away for a while. */
const busyStatuses: readonly (number | undefined)[] = [429, 503];

/**
 * A model of one's own on Petal, by its name; it need not be there yet. Every function throws PetalError,
 * or its signal's reason.
 */
export class TaughtModel {
  readonly name: string;
  readonly #transport: Transport;

  /** Is told after how many seconds Petal, who is busy, is asked again. */
  onBusy: (seconds: number) => void = () => {};

  constructor({ url, key }: PetalAddress, name: string) {
    this.name = name;
    this.#transport = new Transport({
      url,
      key,
      fetch: async (address, init) => {
        const response = await fetch(address, init);
        if (busyStatuses.includes(response.status)) {
          this.onBusy(retryAfterSeconds(response) ?? usualRetrySeconds);
        }
        return response;
      },
      retries: 3,
      timeoutMs,
      maxRetryWaitMs: 60_000,
    });
  }

  /**
   * @returns undefined where there is no such model, or it was deleted
   * @throws PetalError `invalid-parameter` where the name is the backbone's
   */
  async describe(signal: AbortSignal): Promise<CustomModelAnswer | undefined> {
    const answer = await this.#send<CustomModelAnswer | ModelAnswer>({
      path: '',
      method: 'GET',
      signal,
    }).catch((error: unknown) => {
      if (error instanceof PetalError && error.code === 'model-not-found') return undefined;
      throw error;
    });
    if (answer === undefined || 'examples' in answer) return answer;
    throw new PetalError(`${this.name} is the model that Petal comes with. Choose another name.`, {
      code: 'invalid-parameter',
      title: 'The name is taken',
    });
  }

  /** All of them, page by page. */
  async examples(signal: AbortSignal): Promise<Example[]> {
    const examples: Example[] = [];
    let after: string | undefined;
    do {
      const query = new URLSearchParams(after === undefined ? {} : { after });
      const page = await this.#send<ListExamplesAnswer>({
        path: '/examples',
        method: 'GET',
        query,
        signal,
      });
      examples.push(...page.examples);
      after = page.next;
    } while (after !== undefined);
    return examples;
  }

  /** A photo that is kept. */
  async photo(id: string, signal?: AbortSignal): Promise<Blob> {
    return await this.#transport.send(
      this.#call({ path: `/examples/${id}/photo`, method: 'GET', signal }),
      (response) => response.blob(),
    );
  }

  /**
   * Stores photos, and keeps them. One that is there already is moved to the label, or stays.
   *
   * @param photos at most 32
   * @returns what became of each, in their order; undefined for those that have to be sent again, since
   *   Petal was busy
   * @throws PetalError where no photo can be stored
   */
  async add(
    label: string,
    photos: readonly Blob[],
    signal?: AbortSignal,
  ): Promise<(Added | undefined)[]> {
    const query = new URLSearchParams({ label, keep_photos: 'true' });
    const call = { path: '/examples', query, ...bodyOf(photos), signal };
    // One photo alone is answered without a list, and refused with the whole request.
    if (photos.length === 1) {
      return await this.#send<AddExampleAnswer>(call).then(
        (added) => [added],
        (error: unknown) => {
          if (error instanceof PetalError && isOfPhoto(error)) return [{ problem: error }];
          throw error;
        },
      );
    }
    const { results } = await this.#send<AddExamplesAnswer>(call);
    const added = results.map((result) => {
      if (!('problem' in result)) return result;
      const problem = errorOfProblem(result.problem);
      if (problem === undefined) throw new TypeError('Expected a problem of a photo.');
      if (busyStatuses.includes(problem.status)) return undefined;
      if (!isOfPhoto(problem)) throw problem;
      return { problem };
    });
    if (added.includes(undefined)) {
      this.onBusy(usualRetrySeconds);
      await wait(usualRetrySeconds, signal);
    }
    return added;
  }

  async remove(id: string): Promise<void> {
    await this.#send({ path: `/examples/${id}`, method: 'DELETE' });
  }

  async removeLabel(label: string): Promise<void> {
    const query = new URLSearchParams({ label });
    await this.#send({ path: '/examples', method: 'DELETE', query });
  }

  /**
   * Trains it on its examples. Where it is being trained already, waits and begins again.
   *
   * @param onWait is told after how many seconds
   */
  async train(onWait: (seconds: number) => void, signal: AbortSignal): Promise<CustomModelAnswer> {
    for (;;) {
      try {
        return await this.#send<CustomModelAnswer>({ path: '/train', signal });
      } catch (error) {
        const isBusy = error instanceof PetalError && error.code === 'training-in-progress';
        if (!isBusy) throw error;
        const seconds = error.retryAfterSeconds ?? usualRetrySeconds;
        onWait(seconds);
        await wait(seconds, signal);
      }
    }
  }

  async rollBack(version: number): Promise<CustomModelAnswer> {
    const query = new URLSearchParams({ version: String(version) });
    return await this.#send<CustomModelAnswer>({ path: '/rollback', query });
  }

  async delete(): Promise<DeletedModelAnswer> {
    return await this.#send<DeletedModelAnswer>({ path: '', method: 'DELETE' });
  }

  async restore(): Promise<CustomModelAnswer> {
    return await this.#send<CustomModelAnswer>({ path: '/restore' });
  }

  async #send<Answer>(call: Call): Promise<Answer> {
    return await this.#transport.send<Answer>(this.#call(call), read);
  }

  /** @param call whose path begins below the model's own */
  #call(call: Call): Call {
    return { ...call, path: `v1/models/${encodeURIComponent(this.name)}${call.path}` };
  }
}

function isOfPhoto({ code }: PetalError): boolean {
  return refusalsOfPhotos.includes(code);
}

/** @throws the signal's reason where it is aborted meanwhile */
async function wait(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  signal?.throwIfAborted();
}

async function read<Answer>(response: Response): Promise<Answer> {
  return (await readJson(response)) as Answer;
}
