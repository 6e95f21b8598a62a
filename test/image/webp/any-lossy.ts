/**
 * Lossy streams at random (RFC 6386): whatever the bits are, they are a
 * picture, so that all of a header's fields and all modes occur.
 */
import { below, type Random } from './any-prefix-code.ts';

const partitionBytes = 2000;
const maxPartitions = 8;

/** A whole `VP8 ` chunk's data, with more of it than a picture of up to 50 x 50 pixels takes. */
export function drawLossy(random: Random, width: number, height: number): Uint8Array {
  // An arithmetic code never begins with a byte of ones: it would be beyond its own range.
  const noise = (length: number): number[] => Array.from({ length }, () => below(random, 255));
  const firstPartition = noise(600);
  // Shown key frame of any version (9.1). The sides' upper bits ask for a larger display.
  const tag = (firstPartition.length << 5) | 0x10 | (below(random, 4) << 1);
  const sides = [width, height].map((side) => side | (below(random, 4) << 14));
  const sizes = Array.from({ length: maxPartitions - 1 }, () => [
    partitionBytes & 0xff,
    partitionBytes >> 8,
    0,
  ]);
  return Uint8Array.from([
    ...[tag & 0xff, (tag >> 8) & 0xff, tag >> 16, 0x9d, 0x01, 0x2a],
    ...sides.flatMap((side) => [side & 0xff, side >> 8]),
    ...firstPartition,
    // As many as the header says there are; where these are fewer, the rest is tokens.
    ...sizes.flat(),
    ...noise(maxPartitions * partitionBytes + 100),
  ]);
}
