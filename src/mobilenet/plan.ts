/**
 * In what order the int8 kernels run, and where in one piece of memory, the arena, each finds its input
 * and leaves its output. Made when the artifact is (model/plan-arena.ts), so that nothing is allocated
 * while photos are classified. Places are byte offsets in the arena.
 */

/** Something stored [side, side, channels], row-major, a byte each. */
export interface PlannedActivation {
  readonly place: number;
  readonly side: number;
  readonly channels: number;
}

/** One kernel's work. */
export type Step =
  | {
      readonly kernel: 'stem';
      readonly layer: string;
      readonly input: PlannedActivation;
      /** Room for the padded pixels. */
      readonly padded: number;
      readonly output: PlannedActivation;
    }
  | {
      readonly kernel: 'pointwise';
      readonly layer: string;
      readonly input: PlannedActivation;
      readonly output: PlannedActivation;
    }
  | {
      readonly kernel: 'depthwise';
      readonly layer: string;
      readonly input: PlannedActivation;
      /** Room for one pixel of padding. */
      readonly zeros: number;
      readonly output: PlannedActivation;
    }
  | {
      readonly kernel: 'add';
      /** The block's input. */
      readonly input: PlannedActivation;
      /** What its layers made of it. */
      readonly addend: PlannedActivation;
      readonly output: PlannedActivation;
    };

export interface PlannedBlock {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly output: PlannedActivation;
}

export interface Plan {
  readonly arenaBytes: number;
  /** Of uint8 [side, side, 3]. */
  readonly pixels: PlannedActivation;
  /** All but the classifier, in order of execution. */
  readonly blocks: readonly PlannedBlock[];
  /** The mean of the last block's output, [channels]. */
  readonly embedding: PlannedActivation;
  /** [outputs] */
  readonly logits: PlannedActivation;
  /** float32 [outputs], at a multiple of 4. */
  readonly probabilities: number;
}
