import { decodeImage } from '../image/decode-image.ts';
import type { FormatName } from '../image/formats.ts';
import { type Fit, preprocess } from '../image/preprocess.ts';
import { type ImageClass, type Prediction, topPredictions } from '../mobilenet/top-k.ts';

/** The stages of one classification, in order. */
export const stages = ['decode', 'preprocess', 'inference'] as const;
export type Stage = (typeof stages)[number];

export interface Classification {
  readonly predictions: Prediction[];
  readonly image: { readonly format: FormatName; readonly width: number; readonly height: number };
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
  /** The most memory that decoding a photo may take, in bytes. */
  readonly maxDecodeBytes: number;
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
  { network, classes, maxDecodeBytes, now }: PipelineParts,
  bytes: Uint8Array,
  { topK, fit }: ClassifyOptions,
): Classification {
  const start = now();
  const { format, ...image } = decodeImage(bytes, maxDecodeBytes);
  const decoded = now();
  const input = preprocess(image, network.inputSize, fit);
  const preprocessed = now();
  const probabilities = network.probabilities(input);
  const inferred = now();
  return {
    predictions: topPredictions(probabilities, classes, topK),
    image: { format, width: image.width, height: image.height },
    durationsMs: {
      decode: decoded - start,
      preprocess: preprocessed - decoded,
      inference: inferred - preprocessed,
    },
  };
}
