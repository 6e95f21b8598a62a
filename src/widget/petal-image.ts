import { preparePhoto } from '../browser/prepare-photo.ts';
import { uprightCanvas } from '../browser/upright-canvas.ts';
import type { ClassifyAnswer } from '../contract/answers.ts';
import { attributes, questionAttributes } from './attributes.ts';
import { takeToken } from './challenge.ts';
import { isAccepted, namedPhoto } from './chosen-file.ts';
import type { PetalProblem, PetalResult } from './event-details.ts';
import { ask, codeOf } from './question.ts';
import { reflect } from './reflected.ts';
import { englishStrings, filled, type WidgetStrings } from './strings.ts';
import { type Prediction, View } from './view.ts';

/** Problems that only another photo solves. */
const photoProblems = [
  'empty-body',
  'payload-too-large',
  'unsupported-media-type',
  'image-too-large',
  'too-much-work',
  'image-decode-failed',
];

/** For so long at the most a photo without an answer keeps its form. */
const patienceMs = 10_000;

/** More than twice what it is shown at, for dense screens. */
const previewSide = 256;

const none: Prediction[] = [];

/**
 * `<petal-image name="photo" label="What is it?">`: a photo as a field of a form, with what it shows.
 *
 * It submits the photo, reduced and upright, under its name, and the accepted prediction as
 * `{name}.label` and `{name}.probability`; without a photo an empty file, as a file input does.
 * The form may be sent when there is an answer, when there is none for a reason that isn't the photo's, and
 * in any case ten seconds after the choice: the photo then goes without a label. A photo that Petal refuses
 * is not valid.
 */
export class PetalImageElement extends HTMLElement {
  static readonly formAssociated = true;
  static readonly observedAttributes = attributes.map(([attribute]) => attribute);
  /** What all widgets of the page say that have no `strings` of their own. */
  static strings: WidgetStrings = englishStrings;

  declare name: string;
  /** Heading, and name for assistive technology; a `<label>` of the page names it as well. */
  declare label: string;
  /** As of a file input; `image/*` where it is empty. */
  declare accept: string;
  /** As of a file input: `environment` or `user` opens a phone's camera. */
  declare capture: string;
  declare required: boolean;
  declare disabled: boolean;
  /** Petal's address; where this script came from, where it is empty. */
  declare endpoint: string;
  /** Which model answers, as `name` or `name@version`; ImageNet's classes where it is empty. */
  declare model: string;
  /** How many predictions to choose from, 1 to 1000. */
  declare topK: number | undefined;
  /** 0 to 1: less probable predictions are left out. */
  declare minProbability: number | undefined;
  /** True: the network runs in this browser, or on the server where it can't; `only`: nothing is ever sent. */
  declare local: boolean | 'only';
  /** A token of Turnstile's, where its field isn't in the same form. It is used once. */
  declare challengeToken: string | undefined;

  readonly #internals = this.attachInternals();
  readonly #input = document.createElement('input');
  readonly #view: View;
  #ownStrings: Partial<WidgetStrings> | null = null;
  #customMessage = '';
  #isDragging = false;

  /** As it was chosen. */
  #file: File | undefined;
  /** The same prepared, once it is. */
  #photo: File | undefined;
  #preview: HTMLCanvasElement | undefined;
  #answer: ClassifyAnswer | undefined;
  #problem: PetalProblem | undefined;
  /** Place among the predictions, -1 for none of them. */
  #chosen: number | undefined;
  /** What was chosen before the page was left; empty for none of the predictions. */
  #restoredLabel: FormDataEntryValue | null = null;

  /** Ends the work on the photo; undefined where there is none. */
  #work: AbortController | undefined;
  /** Whether the form waits for it. */
  #isAwaited = false;
  #activity = '';
  #percent: number | undefined;
  /** Whether the server answered although the network should have run here. */
  #isFallback = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    this.#view = new View(root, {
      onChoose: () => this.#input.click(),
      onRemove: () => this.#choose(undefined),
      onRetry: () => this.#look(),
      onPrediction: (chosen) => {
        this.#problem = undefined;
        this.#chosen = chosen;
        this.#update();
        this.#tell();
      },
    });
    const fallback = document.createElement('slot');
    fallback.onslotchange = () => this.#replaceFallback();
    fallback.hidden = true;
    this.#input.type = 'file';
    this.#input.hidden = true;
    this.#input.onchange = () => {
      const [file] = this.#input.files ?? [];
      // So that the same file can be chosen again.
      this.#input.value = '';
      this.#choose(file);
    };
    root.append(this.#input, fallback);
    // Events of its parts say nothing to the page: the element has its own.
    const stop = (event: Event) => event.stopPropagation();
    root.addEventListener('input', stop);
    root.addEventListener('change', stop);
    this.addEventListener('click', (event) => {
      // A label of the page was clicked.
      if (event.composedPath()[0] === this && !this.#isDisabled) this.#input.click();
    });
    this.addEventListener('paste', (event) => this.#take(event, event.clipboardData));
    this.addEventListener('drop', (event) => this.#take(event, event.dataTransfer));
    this.addEventListener('dragover', (event) => this.#drag(event, true));
    this.addEventListener('dragleave', (event) => this.#drag(event, false));
  }

  connectedCallback(): void {
    // Properties that the page set before the element was defined hide those that are now there.
    for (const property of Object.keys(this)) {
      if (!(property in PetalImageElement.prototype)) continue;
      const own = this as Record<string, unknown>;
      const value = own[property];
      delete own[property];
      own[property] = value;
    }
    if (this.#work || this.#answer || this.#problem) this.#update();
    else this.#look();
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      // One that is only moved is back by now.
      if (!this.isConnected) this.#stop();
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before !== after && questionAttributes.includes(name)) this.#look();
    else this.#update();
  }

  formDisabledCallback(): void {
    this.#update();
  }

  formResetCallback(): void {
    this.#set(undefined);
  }

  /** @param state what was kept of it: the file as it was chosen, and the label */
  formStateRestoreCallback(state: File | string | FormData | null): void {
    if (!(state instanceof FormData)) return;
    const file = state.get('file');
    // Chromium doesn't always give the page its file back: then it has no bytes.
    if (!(file instanceof File) || file.size === 0) return;
    this.#set(file);
    this.#restoredLabel = state.get('label');
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  get labels(): NodeList {
    return this.#internals.labels;
  }

  get validity(): ValidityState {
    return this.#internals.validity;
  }

  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  get willValidate(): boolean {
    return this.#internals.willValidate;
  }

  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** As of any field: the page's own reason why the form can't be sent; empty for none. */
  setCustomValidity(message: string): void {
    this.#customMessage = message;
    this.#update();
  }

  /** The photo as it is submitted; the file as it was chosen until it is prepared; null without one. */
  get value(): File | null {
    return this.#photo ?? this.#file ?? null;
  }

  /** Chooses a photo, or none. The page is told nothing that it did itself. */
  set value(file: File | null) {
    this.#set(file ?? undefined);
  }

  /** The file as it was chosen, or none. */
  get files(): readonly File[] {
    return this.#file ? [this.#file] : [];
  }

  /** Chooses the first of the files of a file input or a drop. */
  set files(files: Iterable<File> | null) {
    const [file] = files ?? [];
    this.#set(file);
  }

  /** Petal's whole answer; null as long as there is none. */
  get answer(): ClassifyAnswer | null {
    return this.#answer ?? null;
  }

  /** What there is to choose from, the most probable first. */
  get predictions(): readonly Prediction[] {
    return this.#answer?.predictions ?? none;
  }

  /** The accepted one, as it is submitted; null for none. */
  get prediction(): Prediction | null {
    return this.predictions[this.#chosen ?? -1] ?? null;
  }

  get strings(): WidgetStrings {
    return { ...PetalImageElement.strings, ...this.#ownStrings };
  }

  /** What this widget says; what is left out stays. */
  set strings(strings: Partial<WidgetStrings> | null) {
    this.#ownStrings = strings;
    this.#update();
  }

  get #isDisabled(): boolean {
    return this.matches(':disabled');
  }

  #drag(event: DragEvent, isDragging: boolean): void {
    if (this.#isDisabled || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.#isDragging = isDragging;
    this.#update();
  }

  /** Takes what was dropped or pasted. */
  #take(event: Event, data: DataTransfer | null): void {
    const files = [...(data?.files ?? [])];
    if (this.#isDisabled || files.length === 0) return;
    event.preventDefault();
    this.#isDragging = false;
    const file = files.find((each) => isAccepted(each, this.accept || 'image/*'));
    if (file) this.#choose(file);
    else this.#fail('not-accepted', this.strings.notAccepted);
  }

  /** Fields in the element are for pages without scripts; now they would be submitted a second time. */
  #replaceFallback(): void {
    for (const field of this.querySelectorAll('*')) {
      if ('disabled' in field) field.disabled = true;
    }
  }

  /** What a person chose. */
  #choose(file: File | undefined): void {
    this.#set(file);
    this.#tell();
  }

  #tell(): void {
    this.#dispatch('input');
    this.#dispatch('change');
  }

  #set(file: File | undefined): void {
    this.#file = file;
    this.#photo = undefined;
    this.#preview = undefined;
    this.#restoredLabel = null;
    this.#look();
  }

  #stop(): void {
    this.#work?.abort();
    this.#work = undefined;
  }

  /** Prepares the photo and asks what it shows, instead of what is going on. */
  async #look(): Promise<void> {
    this.#stop();
    this.#answer = undefined;
    this.#problem = undefined;
    this.#chosen = undefined;
    this.#isFallback = false;
    const file = this.#file;
    if (!file || !this.isConnected) return this.#update();
    const work = new AbortController();
    this.#work = work;
    this.#isAwaited = true;
    const patience = setTimeout(() => {
      this.#isAwaited = false;
      this.#update();
    }, patienceMs);
    try {
      this.#act(work, this.strings.busy);
      const photo = await this.#prepare(file, work.signal);
      const answer = await this.#ask(photo, work);
      work.signal.throwIfAborted();
      this.#work = undefined;
      this.#problem = undefined;
      this.#answer = answer;
      this.#chosen = this.#firstChoice(answer);
      this.#update();
      this.#dispatch<PetalResult>('petal-result', { answer, photo });
    } catch (error) {
      if (work.signal.aborted) return;
      this.#work = undefined;
      this.#fail(
        codeOf(error) ?? 'internal',
        error instanceof Error ? error.message : String(error),
      );
    } finally {
      clearTimeout(patience);
    }
  }

  async #prepare(file: File, signal: AbortSignal): Promise<File> {
    if (this.#photo) return this.#photo;
    const { blob, isReduced } = await preparePhoto(file, { signal });
    const photo = isReduced ? namedPhoto(blob, file) : file;
    const preview = await uprightCanvas(photo, previewSide, signal);
    this.#photo = photo;
    this.#preview = preview;
    this.#update();
    return photo;
  }

  async #ask(photo: File, work: AbortController): Promise<ClassifyAnswer> {
    const { strings, endpoint, model, topK, minProbability, local, challengeToken } = this;
    const { signal } = work;
    // A path belongs to it, with a slash at its end or without.
    const address = endpoint ? endpoint.replace(/\/?$/, '/') : new URL('.', import.meta.url);
    const url = new URL(address, document.baseURI);
    const question = {
      ...{ url, topK, minProbability, local, signal },
      model: model || undefined,
      challengeToken: async () => {
        this.challengeToken = undefined;
        return challengeToken ?? (await takeToken(this.form, signal));
      },
    };
    return await ask(photo, question, {
      onBusy: () => this.#act(work, strings.busy),
      onWait: (seconds) => this.#act(work, filled(strings.waiting, seconds)),
      onDownload: (share) => {
        const percent = Math.round(share * 100);
        this.#act(work, filled(strings.loading, percent), percent);
      },
      onFallback: () => {
        this.#isFallback = true;
      },
    });
  }

  /** The most probable one unless Petal isn't sure; what was chosen before the page was left. */
  #firstChoice({ predictions, unknown }: ClassifyAnswer): number | undefined {
    const place = predictions.findIndex(({ label }) => label === this.#restoredLabel);
    return place < 0 && this.#restoredLabel !== '' ? (unknown ? undefined : 0) : place;
  }

  /** Says what is going on, unless it is over. */
  #act(work: AbortController, activity: string, percent?: number): void {
    if (work !== this.#work) return;
    this.#activity = activity;
    this.#percent = percent;
    this.#update();
  }

  #fail(code: string, detail: string): void {
    this.#problem = { code, detail: this.strings.problems[code] ?? detail };
    this.#update();
    this.#dispatch<PetalProblem>('petal-error', this.#problem);
  }

  #dispatch<Detail>(type: string, detail?: Detail): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** Everything that follows from what the element holds: what is submitted, whether it may be, what is seen. */
  #update(): void {
    this.#submit();
    this.#validate();
    const { label, strings } = this;
    this.#input.accept = this.accept || 'image/*';
    const capture = this.getAttribute('capture');
    if (capture === null) this.#input.removeAttribute('capture');
    else this.#input.setAttribute('capture', capture);
    const isBusy = this.#work !== undefined;
    const isError = !isBusy && this.#problem !== undefined;
    this.#view.show({
      label,
      groupName: label || Array.from(this.labels, (each) => each.textContent?.trim()).join(' '),
      strings,
      isDisabled: this.#isDisabled,
      isDragging: this.#isDragging,
      photo: this.#file,
      preview: this.#preview,
      status: this.#status(strings),
      isError,
      isBusy,
      percent: this.#percent,
      canRetry: isError && !this.#answer && !!this.#file && !this.#isRefused,
      predictions: this.predictions,
      chosen: this.#chosen,
    });
  }

  #status(strings: WidgetStrings): string {
    if (this.#work) return this.#activity;
    if (this.#problem) return this.#problem.detail;
    if (!this.#answer) return '';
    const isSure = this.predictions.length > 0 && !this.#answer.unknown;
    const verdict = isSure ? strings.found : strings.unsure;
    return this.#isFallback ? `${strings.fallback} ${verdict}` : verdict;
  }

  /** Whether it is the photo that is wrong. */
  get #isRefused(): boolean {
    return !!this.#file && photoProblems.includes(this.#problem?.code ?? '');
  }

  #submit(): void {
    const { name, value, prediction } = this;
    const data = new FormData();
    const state = new FormData();
    // Of no photo, what a file input sends (HTML, 4.10.22.4).
    data.set(name, value ?? new File([], '', { type: 'application/octet-stream' }));
    if (this.#file) state.set('file', this.#file);
    if (this.#chosen !== undefined) state.set('label', prediction?.label ?? '');
    if (prediction) {
      data.set(`${name}.label`, prediction.label);
      data.set(`${name}.probability`, String(prediction.probability));
    }
    this.#internals.setFormValue(name ? data : null, state);
  }

  #validate(): void {
    const { unfinished, required } = this.strings;
    const message =
      this.#customMessage ||
      (this.#isRefused && this.#problem?.detail) ||
      (this.#work && this.#isAwaited && unfinished) ||
      '';
    const valueMissing = this.required && !this.#file;
    this.#internals.setValidity(
      { customError: message !== '', valueMissing },
      message || (valueMissing ? required : ''),
      this.#view.anchor,
    );
  }
}

for (const [attribute, property, read] of attributes) {
  reflect(PetalImageElement.prototype, property, attribute, read);
}
