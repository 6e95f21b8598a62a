import type { BlockSide } from './idct.ts';

/** Work for a block whose bits are passed over. */
export const passedBlockUnits = 20;

/** Work for a block that is reconstructed, by the samples of its side. */
export const blockUnits: Readonly<Record<BlockSide, number>> = { 1: 20, 2: 80, 4: 150, 8: 450 };
