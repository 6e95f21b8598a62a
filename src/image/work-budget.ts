/**
 * Bounds what decoding costs by counting steps, not by a clock: the same file
 * costs the same everywhere, and clocks stand still in the Worker.
 */
import { AppError } from '../errors.ts';

/**
 * What any photo may cost, however small its file. A unit is about a nanosecond
 * on the machine where codecs were calibrated (`npm run bench -- cost`), where
 * an honest 12-megapixel JPEG takes 30 million units.
 */
const photoUnits = 115e6;

/** What the photos of any request may cost together, however small they are. */
const requestUnits = 420e6;

/** What the most expensive honest photo takes for each of its pixels: a PNG of 16 bits. */
const mostUnitsPerPixel = 60;

/** Takes what a decoder is about to do, or has done. */
export interface Work {
  /**
   * @param units 0 or more; those of a loop with few steps between two calls
   * @throws AppError `too-much-work` where the sum is over the limit
   */
  charge(units: number): void;
}

/** For pictures that nobody else waits for. */
export const unlimitedWork: Work = { charge: () => undefined };

/** The most work that honest photos of a format take. */
export interface HonestWork {
  /** For each byte of the file, if there are few for many pixels. */
  readonly unitsPerByte: number;
  /** For each byte of an ordinary photo, of which a request may have many. */
  readonly usualUnitsPerByte: number;
  /** For each pixel. */
  readonly unitsPerPixel: number;
}

/** One photo that is about to be decoded. */
export interface WorkItem extends HonestWork {
  /** Of its file. */
  readonly bytes: number;
  readonly pixels: number;
}

/**
 * The work that the photos of one request may take.
 *
 * A photo gets a fixed allowance, or more where its bytes and its pixels both
 * earn it: an honest photo's work grows with both, and a small file that needs
 * much work is not an honest photo. A request gets a fixed allowance, or what the
 * photo earns whose turn it is and those before it usually take, and at most what
 * one photo of the most pixels may take. A photo that is refused for its work
 * earns nothing for the others.
 */
export class WorkBudget {
  readonly #mostUnits: number;
  /** What the photos so far, as ordinary ones, would have taken. */
  #usualUnits = 0;
  #chargedUnits = 0;

  /** @param maxPixels of a photo */
  constructor({ maxPixels }: { readonly maxPixels: number }) {
    this.#mostUnits = Math.max(requestUnits, mostUnitsPerPixel * maxPixels);
  }

  /** Units that were charged so far. */
  get chargedUnits(): number {
    return this.#chargedUnits;
  }

  /** Begins a photo. */
  open({ bytes, pixels, unitsPerByte, usualUnitsPerByte, unitsPerPixel }: WorkItem): Work {
    const mostOfPixels = pixels * unitsPerPixel;
    const earned = Math.min(bytes * unitsPerByte, mostOfPixels);
    const usual = Math.min(bytes * usualUnitsPerByte, mostOfPixels);
    const photoLimit = this.#clamp(earned, photoUnits);
    const requestLimit = this.#clamp(this.#usualUnits + earned, requestUnits);
    this.#usualUnits += usual;
    const photoEnd = this.#chargedUnits + photoLimit;
    return {
      charge: (units) => {
        this.#chargedUnits += units;
        if (this.#chargedUnits > photoEnd) {
          this.#usualUnits -= usual;
          throw tooMuchForPhoto(photoLimit);
        }
        if (this.#chargedUnits > requestLimit) throw tooMuchForRequest(requestLimit);
      },
    };
  }

  #clamp(units: number, least: number): number {
    return Math.min(Math.max(units, least), this.#mostUnits);
  }
}

function tooMuchForPhoto(limitUnits: number): AppError {
  return new AppError(
    'too-much-work',
    'Decoding this photo takes more work than its size in bytes allows. Save it again as an ordinary JPEG, or reduce it first.',
    { facts: { limitUnits } },
  );
}

function tooMuchForRequest(limitUnits: number): AppError {
  return new AppError(
    'too-much-work',
    'The photos before this one used up the work that one request may take. Send this photo in a request of its own.',
    { facts: { limitUnits } },
  );
}
