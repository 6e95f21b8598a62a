import { type DecodeLimits, decodePhoto, openPhoto } from '../image/decode-image.ts';
import { type Fit, type View, viewOf } from '../image/fit.ts';
import type { FormatName } from '../image/formats.ts';
import type { Orientation } from '../image/orientation.ts';
import { NetworkInput } from '../image/preprocess.ts';
import type { WorkBudget } from '../image/work-budget.ts';
import type { Reading, Source, Wanted } from '../mobilenet/backbone.ts';
import { gridShift } from '../mobilenet/class-activation-map.ts';
import { TimedTarget } from './timed-target.ts';

/** The stages of one analysis, in order. */
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

/** What the network makes of a photo, before anyone asks for classes. */
export interface Analysis {
  /** One a source, in their order. */
  readonly readings: readonly Reading[];
  readonly image: ImageFacts;
  /** The part of the photo that the network saw. */
  readonly view: View;
  /** Milliseconds by stage. All are 0 where the clock stands still during work. */
  readonly durationsMs: Record<Stage, number>;
}

export interface AnalyseOptions {
  readonly fit: Fit;
  /** Where embeddings come from, at least one; the backbone alone, unless named. */
  readonly sources?: readonly Source[];
  /** Whether the feature map is read back, too. */
  readonly wantsFeatureMap?: boolean;
}

/** What the pipeline needs of a network. */
export interface Network {
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** From uint8 [inputSize, inputSize, 3], row-major RGB; one reading a source. */
  read(input: Uint8Array, sources: readonly Source[], wanted?: Wanted): Reading[];
}

export interface AnalysisParts {
  readonly network: Network;
  readonly limits: DecodeLimits;
  /** Of all photos of a request; without it, each photo has one of its own. */
  readonly budget?: WorkBudget;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
}

/**
 * From the bytes of a photo to what the network makes of it; the one place
 * that knows the order of the stages. Synchronous from beginning to end, so
 * that photos are decoded one after another however many requests are open,
 * and memory stays bounded.
 *
 * @throws AppError `unsupported-media-type`, `image-too-large`, `image-decode-failed`,
 *   `too-much-work`, and `model-unavailable` where the network can't answer
 */
export function analyseImage(
  { network, limits, budget, now }: AnalysisParts,
  bytes: Uint8Array,
  { fit, sources = ['backbone'], wantsFeatureMap = false }: AnalyseOptions,
): Analysis {
  const start = now();
  const photo = openPhoto(bytes);
  const { format, width, height, stored } = photo;
  const input = new NetworkInput(stored, network.inputSize, fit);
  const timed = new TimedTarget(input, now);
  const { truncated } = decodePhoto(photo, timed, limits, budget);
  const preprocessed = now();
  const readings = network.read(input.values, sources, { featureMap: wantsFeatureMap });
  const inferred = now();
  return {
    readings,
    image: {
      format,
      width,
      height,
      orientation: stored.orientation,
      ...(truncated ? { truncated: true } : {}),
    },
    view: viewOf(width, height, network.inputSize, fit, gridShift),
    durationsMs: {
      decode: preprocessed - start - timed.durationMs,
      preprocess: timed.durationMs,
      inference: inferred - preprocessed,
    },
  };
}
