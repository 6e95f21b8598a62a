/** What the widget says itself. Petal's own sentences about a photo are English; `problems` replaces them. */
export interface WidgetStrings {
  readonly choose: string;
  readonly another: string;
  readonly remove: string;
  readonly retry: string;
  /** Beside the button while there is no photo. */
  readonly hint: string;
  /** While the photo is reduced and classified. */
  readonly busy: string;
  /** Before the request is sent again; `{seconds}` is the time until then. */
  readonly waiting: string;
  /** While the network is downloaded; `{percent}` is how much of it is there. */
  readonly loading: string;
  /** Above predictions, the first of which is chosen. */
  readonly found: string;
  /** Above predictions of a photo that probably shows none of the classes, and where none is as probable as asked for. */
  readonly unsure: string;
  /** The last of the choices: the photo is submitted without a label. */
  readonly none: string;
  /** Before the answer, where the network in the browser was asked for but the server answered. */
  readonly fallback: string;
  /** Why the form can't be sent yet: there is no photo, or no answer. */
  readonly required: string;
  readonly unfinished: string;
  /** Where a file is dropped or pasted that `accept` leaves out. */
  readonly notAccepted: string;
  /** Sentences in place of Petal's, by the problem's code. */
  readonly problems: Readonly<Record<string, string>>;
}

export const englishStrings: WidgetStrings = {
  choose: 'Choose a photo',
  another: 'Choose another photo',
  remove: 'Remove',
  retry: 'Try again',
  hint: 'or drop or paste it here',
  busy: 'Looking at the photo …',
  waiting: 'Petal is busy. It is asked again in {seconds} seconds.',
  loading: 'Loading the network: {percent} %',
  found: 'Is this right?',
  unsure: 'Petal isn’t sure what this is.',
  none: 'None of these',
  fallback: 'This browser can’t run the network, so the photo was sent.',
  required: 'Choose a photo.',
  unfinished: 'Wait a few seconds: the photo is being looked at.',
  notAccepted: 'This is not a photo that can be used here.',
  problems: {},
};

/** @param value what is put in place of a name in braces */
export function filled(text: string, value: number): string {
  return text.replace(/\{\w+\}/, String(value));
}
