/** `/widget.js`: defines `<petal-image>` for the page that loads it. */
import type { PetalProblem, PetalResult } from './event-details.ts';
import { PetalImageElement } from './petal-image.ts';

export type { WidgetStrings } from './strings.ts';
export type { Prediction } from './view.ts';
export { PetalImageElement, type PetalProblem, type PetalResult };

declare global {
  interface HTMLElementTagNameMap {
    'petal-image': PetalImageElement;
  }
  interface HTMLElementEventMap {
    'petal-result': CustomEvent<PetalResult>;
    'petal-error': CustomEvent<PetalProblem>;
  }
}

// Pages may load the script of two Petals; the first one is it.
if (customElements.get('petal-image') === undefined) {
  customElements.define('petal-image', PetalImageElement);
}
