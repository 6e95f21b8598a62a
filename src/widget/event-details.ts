import type { ClassifyAnswer } from '../contract/answers.ts';

/** `detail` of the event `petal-result`. */
export interface PetalResult {
  readonly answer: ClassifyAnswer;
  /** As it is submitted. */
  readonly photo: File;
}

/** `detail` of the event `petal-error`. */
export interface PetalProblem {
  /**
   * A code of Petal's problems, or one of `petal/client`'s; `local-unavailable` where `local` is `only` and
   * the network can't run; `not-accepted` for a file that `accept` leaves out.
   */
  readonly code: string;
  /** The sentence that is shown. */
  readonly detail: string;
}
