import type { ClassifyAnswer } from '../contract/answers.ts';
import type { Arithmetic } from '../mobilenet/arithmetic.ts';
import type { KernelLevel } from '../mobilenet/kernel-level.ts';
import { type BinaryChoice, binaryChoices } from './binary-choice.ts';
import { LocalError, StartError } from './local-error.ts';
import { startWorkerNetwork } from './worker-network.ts';

export { LocalError } from './local-error.ts';

/** What was asked of a photo; the same words as of `petal/client`. */
export interface LocalOptions {
  readonly topK?: number | undefined;
  readonly minProbability?: number | undefined;
  /** Whether each prediction comes with its heatmap. */
  readonly heatmaps?: boolean | undefined;
  /** A file of a user's model, as GET /v1/models/{name}/file gives it; ImageNet's classes without it. */
  readonly model?:
    | { readonly name: string; readonly version: number; readonly file: ArrayBuffer }
    | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What POST /v1/classify would answer to the same bytes, and how long it took here. */
export interface LocalAnswer {
  readonly answer: ClassifyAnswer;
  readonly durationsMs: {
    readonly decode: number;
    readonly preprocess: number;
    readonly inference: number;
  };
}

/** The network in this browser, in a Web Worker. */
export interface LocalNetwork {
  /** File name of tfjs's binary that runs, e.g. "tfjs-backend-wasm-threaded-simd.wasm". */
  readonly binary: string;
  /** How many threads it works with; 1 where the page is not cross-origin isolated. */
  readonly threads: number;
  readonly arithmetic: Arithmetic;
  /** Instruction level of Petal's int8 kernels that run, on one thread; missing in float32. */
  readonly kernels?: KernelLevel;
  /** A sentence that says why the download could not be kept for the next time; missing where it was. */
  readonly notKept?: string;
  /**
   * Photos are classified one after another, in the order of the calls.
   *
   * @throws LocalError with the code and the sentence that the server would refuse the photo with;
   *   `local-unavailable` where the network has ended or broken, and has to be loaded again
   * @throws the signal's reason where it is aborted
   */
  classify(photo: Blob, options?: LocalOptions): Promise<LocalAnswer>;
  /** Ends the Web Worker and gives its memory back. */
  dispose(): void;
}

export interface LoadOptions {
  /** Petal's address; the script's own unless given. */
  readonly url?: URL | undefined;
  /** Is told how much of the download is there. Nothing is downloaded where the cache has it. */
  readonly onProgress?: ((loadedBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What the server calculates with, so that both give the same answers; `int8` unless given. */
  readonly arithmetic?: Arithmetic | undefined;
  /** Which of tfjs's binaries is tried, in this order; those that suit this browser unless given. */
  readonly binaries?: readonly BinaryChoice[] | undefined;
}

/**
 * Downloads what the network needs, once, and starts it. Where threads don't start, it goes on
 * without.
 *
 * @throws LocalError `local-unavailable` with a sentence that says why
 * @throws the signal's reason where it is aborted
 */
export async function loadLocalNetwork(options: LoadOptions = {}): Promise<LocalNetwork> {
  const { url = import.meta.url, arithmetic = 'int8', onProgress, signal } = options;
  signal?.throwIfAborted();
  for (const name of ['Worker', 'WebAssembly'] as const) {
    if (name in globalThis) continue;
    throw new LocalError(
      'local-unavailable',
      `This browser can't run the network: it has no ${name}, or has it turned off.`,
    );
  }
  let failure: unknown;
  for (const binary of options.binaries ?? binaryChoices()) {
    try {
      return await startWorkerNetwork({
        url: new URL(url),
        binary,
        arithmetic,
        onProgress,
        signal,
      });
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      failure = error;
    }
  }
  throw failure;
}
