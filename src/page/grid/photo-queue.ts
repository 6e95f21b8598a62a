import { type Asker, isRefusal, type PagePhoto, type Refusal } from '../asker.ts';
import { csvPredictions } from './csv.ts';
import { KnownLabels, placeNames } from './known-labels.ts';
import type { AskedPhoto, PhotoResult } from './photo-result.ts';
import type { Thumbnails } from './thumbnails.ts';

/** More than any model has. */
const allLabels = 1000;

/** Refusals that every other photo would meet as well: there is no use in sending the rest. */
const refusalsOfAll: readonly string[] = [
  'network',
  'unexpected-answer',
  'unauthorized',
  'forbidden',
  'origin-not-allowed',
  'challenge-failed',
  'invalid-parameter',
  'model-not-found',
  'local-unavailable',
];

/**
 * Photos that are asked about, a few at a time and in their order. One that is refused doesn't stop the
 * others, unless all would be refused for the same reason.
 */
export class PhotoQueue {
  readonly #asker: Asker;
  readonly #thumbnails: Thumbnails<Blob>;
  #photos: AskedPhoto[];
  #abort: AbortController | undefined;
  #hasBegun = false;
  /** Places of the photos that the run under way is yet to ask about. */
  #due: number[] = [];

  /** Is called whenever something below has changed. */
  onChange: () => void = () => {};
  /** Of the run under way, or the last one: how many photos it was to ask about, and how many are left. */
  total: number;
  left: number;
  /** By `performance.now()`. */
  startedMs = performance.now();
  /** Why the run ended early. */
  stoppedBy: Refusal | undefined;
  /** After how many seconds Petal, who is busy, is asked again. */
  waitSeconds: number | undefined;
  /** Undefined until a photo has been answered whose place may say what it shows. */
  labels: KnownLabels | undefined;

  constructor(photos: readonly PagePhoto[], asker: Asker, thumbnails: Thumbnails<Blob>) {
    this.#asker = asker;
    this.#thumbnails = thumbnails;
    this.total = photos.length;
    this.left = photos.length;
    this.#photos = photos.map((photo, place) => ({
      place,
      photo,
      thumbnail: thumbnails.get(photo.file),
      result: { kind: 'waiting' },
    }));
  }

  get photos(): readonly AskedPhoto[] {
    return this.#photos;
  }

  /** From the beginning until all were asked about, or it was stopped. */
  get isRunning(): boolean {
    return !this.#hasBegun || this.#abort !== undefined;
  }

  /** Asks about all photos that have no answer. */
  async run(): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#hasBegun = true;
    this.stoppedBy = undefined;
    this.startedMs = performance.now();
    this.#due = [...this.#photos.keys()].filter(
      (at) => this.#photos[at].result.kind !== 'answered',
    );
    for (const at of this.#due) this.#set(at, { kind: 'waiting' });
    this.total = this.#due.length;
    this.left = this.total;
    this.onChange();
    const lanes = Math.min(this.total, Math.max(1, this.#asker.concurrency));
    await Promise.all(Array.from({ length: lanes }, () => this.#work(abort.signal)));
    // Another run may have begun.
    if (this.#abort !== abort) return;
    this.#abort = undefined;
    this.onChange();
  }

  /** Aborts the questions under way; their photos wait. */
  stop(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.waitSeconds = undefined;
    for (const [at, { result }] of this.#photos.entries()) {
      if (result.kind === 'asking') this.#set(at, { kind: 'waiting' });
    }
    this.onChange();
  }

  async #work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const at = this.#due.shift();
      if (at === undefined) return;
      await this.#ask(at, signal);
    }
  }

  async #ask(at: number, signal: AbortSignal): Promise<void> {
    const { photo } = this.#photos[at];
    this.#set(at, { kind: 'asking' });
    this.onChange();
    const thumbnail = await this.#thumbnails.make(photo.file, photo.file);
    if (signal.aborted) return;
    this.#photos[at] = { ...this.#photos[at], thumbnail };
    const result = await this.#resultOf(photo, signal);
    if (signal.aborted || result === undefined) return;
    this.waitSeconds = undefined;
    this.left -= 1;
    this.#set(at, result);
    this.onChange();
  }

  /** @returns undefined where the run has ended */
  async #resultOf(photo: PagePhoto, signal: AbortSignal): Promise<PhotoResult | undefined> {
    // One answer tells all labels, to compare the names of folders with.
    const isForLabels = this.labels === undefined && placeNames(photo).length > 0;
    try {
      const { answer } = await this.#asker.ask(photo.file, {
        topK: isForLabels ? allLabels : csvPredictions,
        signal,
        onWait: ({ seconds }) => {
          this.waitSeconds = seconds;
          this.onChange();
        },
      });
      if (!isForLabels) return { kind: 'answered', answer };
      this.labels ??= new KnownLabels(answer.predictions);
      const predictions = answer.predictions.slice(0, csvPredictions);
      return { kind: 'answered', answer: { ...answer, predictions } };
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!isRefusal(error)) throw error;
      if (!refusalsOfAll.includes(error.code)) {
        return { kind: 'refused', code: error.code, sentence: error.message };
      }
      this.stoppedBy = error;
      this.stop();
      return undefined;
    }
  }

  #set(at: number, result: PhotoResult): void {
    this.#photos[at] = { ...this.#photos[at], result };
  }
}
