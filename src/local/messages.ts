import type { Arithmetic } from '../mobilenet/arithmetic.ts';
import type { KernelLevel } from '../mobilenet/kernel-level.ts';
import type { BinaryChoice } from './binary-choice.ts';
import type { LocalFiles } from './local-files.ts';
import type { LocalAnswer } from './local-network.ts';

/** What a page says to the Web Worker: once `start`, then one photo after another. */
export type Request = StartRequest | PhotoRequest;

export interface StartRequest {
  readonly kind: 'start';
  /** Petal's address. */
  readonly url: string;
  readonly files: LocalFiles;
  readonly binary: BinaryChoice;
  readonly arithmetic: Arithmetic;
}

export interface PhotoRequest {
  readonly kind: 'photo';
  readonly photo: Blob;
  readonly topK: number | undefined;
  readonly minProbability: number | undefined;
  readonly heatmaps: boolean;
  readonly model: RequestedModel | undefined;
}

/** A user's model. */
export interface RequestedModel {
  readonly name: string;
  readonly version: number;
  /** Names the file, for as long as the Web Worker lives. */
  readonly fileId: number;
  /** Missing where the Web Worker was handed it with the photo before. */
  readonly file: ArrayBuffer | undefined;
}

/** What the Web Worker says. */
export type Reply =
  | { readonly kind: 'progress'; readonly loadedBytes: number; readonly totalBytes: number }
  /** All is there, and the binary is being started. `notKept` says why it will be downloaded again. */
  | { readonly kind: 'downloaded'; readonly notKept: string | undefined }
  | {
      readonly kind: 'started';
      readonly threads: number;
      readonly kernels: KernelLevel | undefined;
    }
  /** It can't be used any more, for this reason. */
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'answer'; readonly answer: LocalAnswer }
  /** The photo was not classified; the next one may be. */
  | { readonly kind: 'refusal'; readonly code: string; readonly sentence: string };
