import type { ClassifyAnswer } from '../client/client.ts';
import { PetalError } from '../client/petal-error.ts';
import { LocalError } from '../local/local-error.ts';

/** One photo as the page has it. */
export interface PagePhoto {
  readonly name: string;
  readonly file: File;
  /** Where it lay in a folder that was given, with the folder's name: "holidays/beach/1.jpg". */
  readonly path?: string | undefined;
}

export interface AskOptions {
  /** How many predictions at the most, 1 to 1000; 5 by default. */
  readonly topK?: number | undefined;
  /** Whether each prediction comes with its heatmap; `topK` is then 50 at the most. */
  readonly heatmaps?: boolean | undefined;
  /** Aborts the preparing of the photo, the request, and the wait before it is sent again. */
  readonly signal?: AbortSignal | undefined;
  /** Is told each time that the photo has to wait because Petal is busy. */
  readonly onWait?: ((wait: Wait) => void) | undefined;
}

/** Petal turned a request away for now, and it will be sent again by itself. */
export interface Wait {
  /** Until it is sent again, about. */
  readonly seconds: number;
}

/** Who answered. */
export type Answerer =
  | { readonly kind: 'server' }
  | {
      readonly kind: 'local';
      /** File name of tfjs's binary. */
      readonly binary: string;
      readonly threads: number;
      /** What it calculates with, in words. */
      readonly arithmetic: string;
    };

/** What a photo shows, and what the page tells of how that was found out. */
export interface PhotoAnswer {
  readonly answer: ClassifyAnswer;
  /** Of the stages; undefined where nobody measured: the answer was kept, or the server's clock stands still. */
  readonly durationsMs:
    | { readonly decode: number; readonly preprocess: number; readonly inference: number }
    | undefined;
  /** From the question to the answer as this page saw it, without the preparing and without waits. */
  readonly totalMs: number;
  readonly by: Answerer;
  /** Size of the photo as it was sent to the server, or given to the network in this browser. */
  readonly sentBytes: number;
  /** Whether the photo was reduced and turned in this browser before that. */
  readonly isReduced: boolean;
}

/** Asks one model about photos: over HTTP, or in this browser. Photos are reduced and turned by it. */
export interface Asker {
  /** How many photos are worth being asked about at a time; more would only wait for each other. */
  readonly concurrency: number;
  /**
   * @throws PetalError or LocalError; see `isRefusal`
   * @throws the signal's reason where it is aborted
   */
  ask(photo: Blob, options?: AskOptions): Promise<PhotoAnswer>;
}

/** Why a photo has no answer. Its `message` is for people, its `code` for `/problems/{code}`. */
export type Refusal = PetalError | LocalError;

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof PetalError || error instanceof LocalError;
}

/** Several photos, or a folder: `src/page/grid/grid.tsx` exports `Grid` with these props, a section with its own h2. */
export interface GridProps {
  /** In the order in which they are shown. A new list replaces the former, whose questions are aborted. */
  readonly photos: readonly PagePhoto[];
  /** A new one (another model, another place to ask) means that all are asked again. */
  readonly asker: Asker;
  /** As people read it: what answers, e.g. "mobilenet_v2_1.0_224" or "flowers". */
  readonly modelName: string;
  /** A photo was chosen to be looked at by itself. */
  readonly onOpen: (photo: PagePhoto) => void;
}

/** A model made on the page: `src/page/teach/teach.tsx` exports `Teach` with these props, a section with its own h2. */
export interface TeachProps {
  /** Of this Petal; its own page's address. */
  readonly url: URL;
  /** For `Authorization: Bearer`; undefined where none is needed. (`key` is Preact's own.) */
  readonly apiKey: string | undefined;
  /** Asks about photos by a model, over HTTP or in this browser as the page's switch says. */
  readonly askerOf: (modelName: string) => Asker;
  /** A model has a new version: the page lists models again, and chooses this one. */
  readonly onModelTrained: (modelName: string) => void;
  /** A model answers no more: the page lists models again, and chooses another where it was chosen. */
  readonly onModelDeleted: (modelName: string) => void;
}
