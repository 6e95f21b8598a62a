/** What React and TypeScript have to know of `<petal-image>`: the parts of it that this form uses. */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

export interface Prediction {
  readonly label: string;
  /** 0 to 1 */
  readonly probability: number;
}

export interface PetalImageElement extends HTMLElement {
  /** What is submitted with the photo; null for none. */
  readonly prediction: Prediction | null;
}

export interface PetalResult {
  readonly answer: { readonly predictions: readonly Prediction[]; readonly unknown: boolean };
  readonly photo: File;
}

export interface PetalProblem {
  readonly code: string;
  readonly detail: string;
}

/** React 19 sets what the element has as properties, and listens to events by their names. */
interface PetalImageAttributes extends HTMLAttributes<PetalImageElement> {
  readonly name?: string;
  readonly label?: string;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly topK?: number;
  readonly minProbability?: number;
  readonly 'onpetal-result'?: (event: CustomEvent<PetalResult>) => void;
  readonly 'onpetal-error'?: (event: CustomEvent<PetalProblem>) => void;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'petal-image': DetailedHTMLProps<PetalImageAttributes, PetalImageElement>;
    }
  }
}
