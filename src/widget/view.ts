import type { ClassifyAnswer } from '../contract/answers.ts';
import type { WidgetStrings } from './strings.ts';
import { widgetStyle } from './style.ts';

export type Prediction = ClassifyAnswer['predictions'][number];

/** What is to be seen. */
export interface Shown {
  readonly label: string;
  /** Name of the group for assistive technology: the label, or that of a `<label>` of the page. */
  readonly groupName: string;
  readonly strings: WidgetStrings;
  readonly isDisabled: boolean;
  readonly isDragging: boolean;
  readonly photo: File | undefined;
  readonly preview: HTMLCanvasElement | undefined;
  readonly status: string;
  readonly isError: boolean;
  readonly isBusy: boolean;
  /** 0 to 100 of what is done; undefined where nobody knows. */
  readonly percent: number | undefined;
  readonly canRetry: boolean;
  /** The same list as before where nothing is new. */
  readonly predictions: readonly Prediction[];
  /** Place among the predictions, -1 for none of them; undefined before a choice. */
  readonly chosen: number | undefined;
}

export interface ViewHandlers {
  readonly onChoose: () => void;
  readonly onRemove: () => void;
  readonly onRetry: () => void;
  /** @param chosen as in {@link Shown} */
  readonly onPrediction: (chosen: number) => void;
}

/** The widget's elements, which are made once, without markup: a policy of Trusted Types lets them pass. */
export class View {
  readonly #base = make('div', 'base', { role: 'group' });
  readonly #label = make('div', 'label');
  readonly #body = make('div', 'body');
  readonly #side = make('div', 'side');
  // It stays when it is empty: what comes into being with its text isn't read out.
  readonly #status = make('div', 'status', { role: 'status' });
  readonly #track = make('div', 'track', { role: 'progressbar' });
  readonly #fill = make('div', 'fill');
  readonly #predictions = make('div', 'predictions', { role: 'radiogroup' });
  readonly #actions = make('div', 'actions');
  readonly #hint = make('div', 'hint');
  readonly #choose: HTMLButtonElement;
  readonly #retry: HTMLButtonElement;
  readonly #remove: HTMLButtonElement;
  readonly #onPrediction: ViewHandlers['onPrediction'];
  #preview: HTMLCanvasElement | undefined;
  #listed: Shown['predictions'] = [];

  constructor(root: ShadowRoot, { onChoose, onRemove, onRetry, onPrediction }: ViewHandlers) {
    this.#onPrediction = onPrediction;
    this.#choose = makeButton('choose', onChoose);
    // These go when they are pressed; whoever uses the keyboard stays here.
    const stay = (act: () => void) => () => {
      this.#choose.focus();
      act();
    };
    this.#retry = makeButton('retry', stay(onRetry));
    this.#remove = makeButton('remove', stay(onRemove));
    this.#track.append(this.#fill);
    this.#side.append(this.#status, this.#track, this.#predictions);
    this.#body.append(this.#side);
    this.#actions.append(this.#choose, this.#hint, this.#retry, this.#remove);
    this.#base.append(this.#label, this.#body, this.#actions);
    root.append(this.#base);
    root.adoptedStyleSheets = [widgetStyle()];
  }

  /** Beside which browsers show what keeps the form from being sent. */
  get anchor(): HTMLElement {
    return this.#choose;
  }

  show(shown: Shown): void {
    const { strings, photo, preview, isDisabled, percent, predictions } = shown;
    const { classList } = this.#base;
    classList.toggle('empty', photo === undefined);
    classList.toggle('dragging', shown.isDragging);
    classList.toggle('disabled', isDisabled);
    this.#base.ariaLabel = shown.groupName;
    say(this.#label, shown.label);
    say(this.#choose, photo ? strings.another : strings.choose);
    say(this.#hint, photo ? '' : strings.hint);
    say(this.#retry, shown.canRetry ? strings.retry : '');
    say(this.#remove, photo ? strings.remove : '');

    if (preview !== this.#preview) {
      this.#preview?.remove();
      this.#preview = preview;
      this.#body.classList.toggle('pictured', preview !== undefined);
      if (preview !== undefined) {
        this.#body.prepend(preview);
        preview.part.add('preview');
        preview.role = 'img';
        preview.ariaLabel = photo?.name ?? null;
      }
    }
    say(this.#status, shown.status);
    this.#status.part.toggle('error', shown.isError);
    this.#track.hidden = !shown.isBusy;
    this.#track.ariaLabel = strings.busy;
    this.#track.ariaValueNow = percent === undefined ? null : `${percent}`;
    this.#fill.classList.toggle('endless', percent === undefined);
    this.#fill.style.inlineSize = percent === undefined ? '' : `${percent}%`;

    this.#predictions.hidden = predictions.length === 0;
    this.#predictions.ariaLabel = shown.groupName || strings.found;
    if (predictions !== this.#listed) {
      this.#listed = predictions;
      this.#predictions.replaceChildren(
        ...predictions.map((prediction, place) => this.#row(place, prediction)),
        this.#row(-1, { label: strings.none }),
      );
    }
    for (const control of this.#base.querySelectorAll<Control>('button,input')) {
      control.disabled = isDisabled;
      if ('checked' in control) control.checked = control.value === String(shown.chosen);
    }
  }

  #row(place: number, { label, probability }: { label: string; probability?: number }) {
    const row = make('label', 'prediction');
    const radio = make('input', 'radio', { type: 'radio', name: 'prediction', value: `${place}` });
    radio.onchange = () => this.#onPrediction(place);
    const name = make('span', 'name');
    name.textContent = label;
    row.append(radio, name);
    if (probability !== undefined) {
      const share = make('span', 'probability');
      share.textContent = `${(probability * 100).toFixed(1)} %`;
      const bar = make('span', 'bar');
      bar.style.backgroundSize = `${probability * 100}%`;
      row.append(share, bar);
    }
    return row;
  }
}

type Control = HTMLButtonElement | HTMLInputElement;

/** @param name the element's class and part */
function make<Name extends keyof HTMLElementTagNameMap>(
  tag: Name,
  name: string,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(tag);
  element.className = name;
  element.part.add(name);
  for (const attribute in attributes) element.setAttribute(attribute, attributes[attribute]);
  return element;
}

function makeButton(name: string, onClick: () => void): HTMLButtonElement {
  const button = make('button', name, { type: 'button' });
  button.part.add('button');
  button.onclick = onClick;
  return button;
}

/** Changes nothing where nothing is new, so that nothing is read out twice. Without a text it isn't to be seen. */
function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
