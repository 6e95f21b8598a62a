import type { Augmentation } from '../image/augmentation.ts';
import type { DecodeLimits } from '../image/decode-image.ts';
import { decodePhoto, openPhoto } from '../image/decode-image.ts';
import type { Fit } from '../image/fit.ts';
import { NetworkInput } from '../image/preprocess.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';

/** What is read out of the network: the embedding, or what goes into one of its blocks. */
export type Want = 'embedding' | { readonly activationBefore: string };

/** How photos are read. */
export interface ReadingOptions {
  readonly want: Want;
  readonly fit: Fit;
}

/** One photo to be read, in each of its variations. */
export interface PhotoTask extends ReadingOptions {
  /** The whole file. */
  readonly bytes: Uint8Array;
  readonly augmentations: readonly Augmentation[];
}

/**
 * A person's own machine has more memory than an isolate, whose limits say
 * nothing about accuracy.
 */
export const cliLimits: DecodeLimits = { maxPixels: 1e9, maxDecodeBytes: 2e9 };

/**
 * Reads a photo, through the decoding and preprocessing that serve. It is
 * decoded once for each variation: each wants other rows in another size.
 *
 * @returns what was wanted of each variation, in their order: [1280], or [side, side, channels]
 * @throws AppError as decodePhoto does
 * @throws RangeError where the network has no block of the name
 */
export function readPhoto(
  network: Pick<LoadedNetwork, 'inputSize' | 'read' | 'activationBefore'>,
  { bytes, augmentations, want, fit }: PhotoTask,
): Float32Array[] {
  const photo = openPhoto(bytes);
  return augmentations.map((augmentation) => {
    const input = new NetworkInput(photo.stored, network.inputSize, fit, augmentation);
    decodePhoto(photo, input, cliLimits);
    return want === 'embedding'
      ? network.read(input.values, ['backbone'])[0].embedding
      : network.activationBefore(input.values, want.activationBefore);
  });
}
