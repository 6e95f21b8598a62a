import { readConfig } from '../../../src/config.ts';

/** A file made by hand to take as much work as its format allows for. */
export interface Extreme {
  /** Unique among all; begins with the format. */
  readonly name: string;
  readonly format: string;
  /** What makes it expensive, in a few words. */
  readonly why: string;
  /** The same bytes every time, up to {@link maxFileBytes} of them. */
  make(): Uint8Array;
}

const { maxUploadBytes, maxPixels } = readConfig({});

/** As many as one upload may have, somewhat rounded: floods fill it. */
export const maxFileBytes = maxUploadBytes - 10_000;

/** As many as a photo may have. */
export const mostPixels = maxPixels;

/** The greatest sides with that many pixels at a width. */
export function heightFor(width: number, most: number = mostPixels): number {
  return Math.floor(most / width);
}

/** @returns the pattern as often as it fits into so many bytes, and nothing behind it */
export function flood(pattern: Uint8Array | readonly number[], bytes: number): Uint8Array {
  const times = Math.max(0, Math.floor(bytes / pattern.length));
  const flooded = new Uint8Array(times * pattern.length);
  if (times === 0) return flooded;
  flooded.set(pattern);
  for (let filled = pattern.length; filled < flooded.length; filled *= 2) {
    flooded.copyWithin(filled, 0, Math.min(filled, flooded.length - filled));
  }
  return flooded;
}

/** Numbers of so many bytes each, the lowest byte first. */
export function littleEndian(bytes: number, ...values: readonly number[]): number[] {
  return values.flatMap((value) =>
    Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 255),
  );
}
