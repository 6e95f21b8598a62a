import type { Block } from '../mobilenet/layer-table.ts';

/**
 * The blocks that a depth stands for: `last` for the last 1x1 convolution,
 * `blocks=N` for that and the N inverted-residual blocks before it.
 *
 * @param blocks the backbone's table; the last block is the classifier
 * @param depth as a manifest's `fineTuned` has it
 * @throws RangeError where the text is no depth, or the backbone has not so many blocks
 */
export function tunedBlocks(blocks: readonly Block[], depth: string): readonly Block[] {
  // The classifier is what a head stands in for; the stem takes pixels.
  const candidates = blocks.slice(1, -1);
  const most = candidates.length - 1;
  const number = depth === 'last' ? 0 : Number(/^blocks=(\d{1,3})$/.exec(depth)?.[1] ?? Number.NaN);
  if (!(number >= 0 && number <= most)) {
    throw new RangeError(
      `Expected "last" or "blocks=N" with N from 1 to ${most} but received "${depth}".`,
    );
  }
  return candidates.slice(-1 - number);
}
