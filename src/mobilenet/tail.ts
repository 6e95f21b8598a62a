import type { LayerWeights } from './artifact.ts';
import type { Block, Layer } from './layer-table.ts';

/**
 * The last blocks of the backbone before its classifier, with weights of their
 * own: what fine-tuning changes. All before them is shared with the backbone.
 */
export interface Tail {
  /** Names these weights and no others. */
  readonly sha256: string;
  /** Blocks of the backbone's table, the last of which is the last before the classifier. */
  readonly blocks: readonly Block[];
  /** @throws Error where no layer has this name */
  weightsOf(layer: Layer): LayerWeights;
}
