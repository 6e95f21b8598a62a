import { preparePhoto } from '../../browser/prepare-photo.ts';
import { isRefusal, type PagePhoto, type Refusal } from '../asker.ts';
import type { Added, TaughtModel } from './taught-model.ts';

/** A photo on its way to a class. */
export interface NewExample {
  readonly label: string;
  readonly photo: PagePhoto;
}

/** One that Petal did not take. */
export interface RefusedExample extends NewExample {
  readonly problem: Refusal;
}

/** Photos of one request, so that the bar moves and little is sent again where the connection breaks off. */
const usualBatchPhotos = 6;

/** What was stored, and the very bytes of the photo. */
export type OnStored = (added: Exclude<Added, { problem: unknown }>, photo: Blob) => void;

/**
 * Photos that are sent to a model's classes, some at a time and in their order. What was stored stays
 * stored; what could not be sent is kept and can be sent again, as often as one likes: a photo counts once.
 */
export class Upload {
  readonly #model: TaughtModel;
  readonly #onStored: OnStored;
  #waiting: NewExample[] = [];
  #abort: AbortController | undefined;
  #batchPhotos = usualBatchPhotos;

  /** Is called whenever something below has changed. */
  onChange: () => void = () => {};
  total = 0;
  /** By `performance.now()`. */
  startedMs = 0;
  refused: readonly RefusedExample[] = [];
  /** Photos that were there already, with this label. */
  repeatedCount = 0;
  /** After how many seconds Petal, who is busy, is asked again. */
  waitSeconds: number | undefined;
  /** Why the rest was not sent. */
  stoppedBy: Refusal | undefined;

  constructor(model: TaughtModel, onStored: OnStored) {
    this.#model = model;
    this.#onStored = onStored;
    model.onBusy = (seconds) => {
      this.waitSeconds = seconds;
      this.onChange();
    };
  }

  get isRunning(): boolean {
    return this.#abort !== undefined;
  }

  /** How many photos are still to be sent. */
  get left(): number {
    return this.#waiting.length;
  }

  /** Sends these after all others. */
  add(examples: readonly NewExample[]): void {
    if (!this.isRunning && this.left === 0) {
      this.refused = [];
      this.repeatedCount = 0;
      this.total = 0;
    }
    this.#waiting.push(...examples);
    this.total += examples.length;
    if (this.isRunning) this.onChange();
    else void this.run();
  }

  /** Sends what is left. */
  async run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    this.stoppedBy = undefined;
    this.startedMs = performance.now();
    this.total = this.left;
    this.#batchPhotos = usualBatchPhotos;
    try {
      while (this.left > 0) {
        this.waitSeconds = undefined;
        this.onChange();
        await this.#sendSome(abort.signal);
      }
    } catch (error) {
      if (!abort.signal.aborted) {
        if (!isRefusal(error)) throw error;
        this.stoppedBy = error;
      }
    } finally {
      if (this.#abort === abort) this.#abort = undefined;
      this.onChange();
    }
  }

  /** Ends what is under way; what is left can be sent later. */
  stop(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.onChange();
  }

  /**
   * Forgets what was not sent.
   *
   * @param label to this class only
   */
  drop(label?: string): void {
    this.#waiting =
      label === undefined ? [] : this.#waiting.filter((example) => example.label !== label);
    if (this.left === 0) this.stoppedBy = undefined;
    this.onChange();
  }

  /** Those at the front that go to the same class. */
  async #sendSome(signal: AbortSignal): Promise<void> {
    const [{ label }] = this.#waiting;
    const others = this.#waiting.findIndex((each) => each.label !== label);
    const end = Math.min(this.#batchPhotos, others === -1 ? this.left : others);
    const batch = this.#waiting.slice(0, end);
    const blobs: Blob[] = [];
    for (const { photo } of batch) {
      blobs.push((await preparePhoto(photo.file, { signal })).blob);
    }
    const results = await this.#model.add(label, blobs, signal).catch((error: unknown) => {
      if (batch.length === 1 || !isRefusal(error) || error.code !== 'payload-too-large')
        throw error;
      return undefined;
    });
    if (results === undefined) {
      // One of them is too large, and doesn't stop the others.
      this.#batchPhotos = 1;
      return;
    }
    // Some of them may have been dropped meanwhile, and some have to be sent again.
    const settled = new Set(batch.filter((_, at) => results[at] !== undefined));
    this.#waiting = this.#waiting.filter((example) => !settled.has(example));
    for (const [at, result] of results.entries()) {
      if (result === undefined) continue;
      if ('problem' in result) {
        this.refused = [...this.refused, { ...batch[at], problem: result.problem }];
      } else {
        if (result.outcome === 'unchanged') this.repeatedCount += 1;
        this.#onStored(result, blobs[at]);
      }
    }
  }
}
