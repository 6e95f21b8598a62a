import type { Arithmetic } from '../mobilenet/arithmetic.ts';
import type { KernelLevel } from '../mobilenet/kernel-level.ts';
import type { BinaryChoice } from './binary-choice.ts';
import { LocalError, StartError } from './local-error.ts';
import { localFiles } from './local-files.ts';
import type { LoadOptions, LocalAnswer, LocalNetwork, LocalOptions } from './local-network.ts';
import type { Reply, RequestedModel } from './messages.ts';
import { WorkerLink } from './worker-link.ts';

/** Threads that take longer to start will never answer; those who wait for them can't tell. */
const maxStartMs = 10_000;

/** Neither will those that take longer for a photo: the largest take some seconds on a slow phone. */
const maxPhotoMs = 120_000;

interface StartOptions extends Pick<LoadOptions, 'onProgress' | 'signal'> {
  /** Petal's address. */
  readonly url: URL;
  readonly binary: BinaryChoice;
  readonly arithmetic: Arithmetic;
}

/**
 * Starts the network in a Web Worker of its own, with one of tfjs's binaries.
 *
 * @throws StartError where all was downloaded and the binary did not start
 * @throws LocalError `local-unavailable`
 * @throws the signal's reason where it is aborted
 */
export function startWorkerNetwork(options: StartOptions): Promise<LocalNetwork> {
  const { url, binary, arithmetic, onProgress, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const link = new WorkerLink(new URL(localFiles.worker, url));
    let isDownloaded = false;
    let notKept: string | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const abort = () => fail(signal?.reason);
    signal?.addEventListener('abort', abort);

    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }

    function fail(reason: unknown): void {
      settle();
      link.terminate();
      reject(reason);
    }

    function failWith(sentence: string): void {
      fail(isDownloaded ? new StartError(sentence) : new LocalError('local-unavailable', sentence));
    }

    link.onFailure = ({ message }) => failWith(message);
    link.onReply = (reply) => {
      if (reply.kind === 'progress') onProgress?.(reply.loadedBytes, reply.totalBytes);
      else if (reply.kind === 'failed') failWith(reply.sentence);
      else if (reply.kind === 'downloaded') {
        isDownloaded = true;
        ({ notKept } = reply);
        if (binary.threads > 1) {
          timer = setTimeout(failWith, maxStartMs, 'The threads of the network did not start.');
        }
      } else if (reply.kind === 'started') {
        settle();
        const { threads, kernels } = reply;
        resolve(
          new WorkerNetwork(link, { binary: binary.name, threads, arithmetic, kernels, notKept }),
        );
      }
    };
    link.send({ kind: 'start', url: url.href, files: localFiles, binary, arithmetic });
  });
}

/** What the network says of itself. */
interface Facts {
  readonly binary: string;
  readonly threads: number;
  readonly arithmetic: Arithmetic;
  readonly kernels: KernelLevel | undefined;
  readonly notKept: string | undefined;
}

/** A photo that waits, or is being classified. */
interface Task {
  readonly photo: Blob;
  readonly options: LocalOptions;
  resolve(answer: LocalAnswer): void;
  reject(reason: unknown): void;
}

class WorkerNetwork implements LocalNetwork {
  readonly binary: string;
  readonly threads: number;
  readonly arithmetic: Arithmetic;
  readonly kernels?: KernelLevel;
  readonly notKept?: string;
  readonly #link: WorkerLink;
  /** In order of the calls. */
  readonly #waiting: Task[] = [];
  /** The one that the Web Worker has; it may have been aborted, and then nobody hears its answer. */
  #current: Task | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why there are no more answers. */
  #end: LocalError | undefined;
  /** The model's file that the Web Worker has. */
  #file: ArrayBuffer | undefined;
  #fileId = 0;

  constructor(link: WorkerLink, { binary, threads, arithmetic, kernels, notKept }: Facts) {
    this.#link = link;
    this.binary = binary;
    this.threads = threads;
    this.arithmetic = arithmetic;
    if (kernels !== undefined) this.kernels = kernels;
    if (notKept !== undefined) this.notKept = notKept;
    link.onFailure = ({ message }) => this.#fail(message);
    link.onReply = (reply) => this.#settle(reply);
  }

  async classify(photo: Blob, options: LocalOptions = {}): Promise<LocalAnswer> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#end !== undefined) throw this.#end;
    const { promise, resolve, reject } = Promise.withResolvers<LocalAnswer>();
    const task: Task = { photo, options, resolve, reject };
    const abort = () => {
      const place = this.#waiting.indexOf(task);
      if (place >= 0) this.#waiting.splice(place, 1);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort);
    this.#waiting.push(task);
    this.#next();
    return await promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  dispose(): void {
    this.#fail('The network in this browser was ended. Load it again to go on.');
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) return;
    const { photo, options } = this.#current;
    const { topK, minProbability, heatmaps = false, model } = options;
    if (this.threads > 1) {
      const sentence = 'The network in this browser has stopped answering. Load it again.';
      this.#timer = setTimeout(() => this.#fail(sentence), maxPhotoMs);
    }
    try {
      this.#link.send({
        kind: 'photo',
        photo,
        topK,
        minProbability,
        heatmaps,
        model: model && this.#requested(model),
      });
    } catch (error) {
      // What can't be copied to a Web Worker, such as a file that was handed to another one.
      this.#settled()?.reject(error);
    }
  }

  /** A model's file is handed over when it is another than that of the photo before. */
  #requested({ name, version, file }: NonNullable<LocalOptions['model']>): RequestedModel {
    if (file === this.#file) return { name, version, fileId: this.#fileId, file: undefined };
    this.#file = file;
    this.#fileId += 1;
    return { name, version, fileId: this.#fileId, file };
  }

  #settle(reply: Reply): void {
    if (reply.kind === 'answer') this.#settled()?.resolve(reply.answer);
    else if (reply.kind === 'refusal') {
      this.#settled()?.reject(new LocalError(reply.code, reply.sentence));
    } else if (reply.kind === 'failed') this.#fail(reply.sentence);
  }

  /** Goes on with the next photo, and says whose turn it was. */
  #settled(): Task | undefined {
    clearTimeout(this.#timer);
    const task = this.#current;
    this.#current = undefined;
    this.#next();
    return task;
  }

  #fail(sentence: string): void {
    this.#end ??= new LocalError('local-unavailable', sentence);
    this.#link.terminate();
    const tasks = this.#waiting.splice(0);
    for (const task of [this.#settled(), ...tasks]) task?.reject(this.#end);
  }
}
