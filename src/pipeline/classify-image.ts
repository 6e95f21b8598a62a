import { type DecodeLimits, decodePhoto, openPhoto } from '../image/decode-image.ts';
import type { FormatName } from '../image/formats.ts';
import type { Orientation } from '../image/orientation.ts';
import type {
  PictureTarget,
  Reduction,
  Region,
  RowSink,
  ScaledPicture,
} from '../image/picture-target.ts';
import { type Fit, NetworkInput } from '../image/preprocess.ts';
import { type ImageClass, type Prediction, topPredictions } from '../mobilenet/top-k.ts';

/** The stages of one classification, in order. */
export const stages = ['decode', 'preprocess', 'inference'] as const;
export type Stage = (typeof stages)[number];

/** What was found out about the photo. */
export interface ImageFacts {
  readonly format: FormatName;
  /** Pixels, seen upright. */
  readonly width: number;
  readonly height: number;
  /** How the file stores it, which was undone. */
  readonly orientation: Orientation;
  /** There where some of the file was missing or damaged, and that part was taken for gray. */
  readonly truncated?: true;
}

export interface Classification {
  readonly predictions: Prediction[];
  readonly image: ImageFacts;
  /** Milliseconds by stage. All are 0 where the clock stands still during work. */
  readonly durationsMs: Record<Stage, number>;
}

export interface ClassifyOptions {
  /** How many predictions, at least 1. */
  readonly topK: number;
  readonly fit: Fit;
}

/** What the pipeline needs of a network. */
export interface Network {
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** float32 [inputSize, inputSize, 3], -1..1, to one probability an output. */
  probabilities(input: Float32Array): Float32Array;
}

export interface PipelineParts {
  readonly network: Network;
  /** In order of their index. */
  readonly classes: readonly ImageClass[];
  readonly limits: DecodeLimits;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
}

/**
 * From the bytes of a photo to predictions; the one place that knows the order
 * of the stages. Synchronous from beginning to end, so that photos are decoded
 * one after another however many requests are open, and memory stays bounded.
 *
 * @throws AppError `unsupported-media-type`, `image-too-large`, `image-decode-failed`
 */
export function classifyImage(
  { network, classes, limits, now }: PipelineParts,
  bytes: Uint8Array,
  { topK, fit }: ClassifyOptions,
): Classification {
  const start = now();
  const photo = openPhoto(bytes);
  const { stored } = photo;
  const input = new NetworkInput(stored, network.inputSize, fit);
  const timed = new TimedTarget(input, now);
  const { truncated } = decodePhoto(photo, timed, limits);
  const preprocessed = now();
  const probabilities = network.probabilities(input.values);
  const inferred = now();
  return {
    predictions: topPredictions(probabilities, classes, topK),
    image: {
      format: photo.format,
      width: photo.width,
      height: photo.height,
      orientation: stored.orientation,
      ...(truncated ? { truncated: true } : {}),
    },
    durationsMs: {
      decode: preprocessed - start - timed.durationMs,
      preprocess: timed.durationMs,
      inference: inferred - preprocessed,
    },
  };
}

/** Rows are preprocessed as they are decoded; this tells how long that took. */
class TimedTarget implements PictureTarget {
  durationMs = 0;
  readonly maxReduction: Reduction;
  readonly #target: PictureTarget;
  readonly #now: () => number;

  constructor(target: PictureTarget, now: () => number) {
    this.maxReduction = target.maxReduction;
    this.#target = target;
    this.#now = now;
  }

  region(picture: ScaledPicture): Region {
    return this.#target.region(picture);
  }

  open(picture: ScaledPicture): RowSink {
    const sink = this.#target.open(picture);
    return {
      ...sink,
      write: (y, row) => {
        const start = this.#now();
        sink.write(y, row);
        this.durationMs += this.#now() - start;
      },
    };
  }
}
