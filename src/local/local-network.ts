import type { ClassifyAnswer } from '../contract/answers.ts';

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
  /**
   * @throws LocalError with the code and the sentence that the server would refuse the photo with
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
}

/** Why a photo, or all photos, can't be classified here. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  /** A code of Petal's problems, or `local-unavailable` where this browser can't run the network at all. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Downloads what the network needs, once, and starts it.
 *
 * @throws LocalError `local-unavailable` with a sentence that says why
 */
export async function loadLocalNetwork(_options: LoadOptions = {}): Promise<LocalNetwork> {
  throw new LocalError('local-unavailable', 'This browser can not run the network.');
}
