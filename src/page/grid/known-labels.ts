import type { ClassifyAnswer } from '../../client/client.ts';
import type { PagePhoto } from '../asker.ts';
import { folderOf } from './photo-result.ts';

type Predictions = ClassifyAnswer['predictions'];

/** Whether a photo's first label is the one of its folder. */
export interface Verdict {
  readonly isRight: boolean;
  /** What the folder says that the photo shows, in the model's words. */
  readonly truth: string;
}

/** All labels of a model, to find out what the names of folders say about the photos in them. */
export class KnownLabels {
  readonly #labels = new Map<string, string>();

  /** @param predictions one for each label of the model: an answer without a limit */
  constructor(predictions: Predictions) {
    for (const { label, wnid } of predictions) {
      this.#labels.set(normalized(label), label);
      if (wnid !== undefined) this.#labels.set(wnid, label);
    }
  }

  /**
   * Judges an answer by where its photo lay: by a WordNet id that its name begins with, as ImageNet's do
   * (`n11939491_daisy.JPEG`), else by the nearest folder that is called like a label.
   *
   * @returns undefined where the place says nothing
   */
  judge(photo: PagePhoto, [first]: Predictions): Verdict | undefined {
    for (const name of placeNames(photo)) {
      const truth = this.#labels.get(name);
      if (truth !== undefined) return { truth, isRight: first?.label === truth };
    }
    return undefined;
  }
}

/** What a photo's place may call what it shows, the likeliest first; empty for a file like any other. */
export function placeNames(photo: PagePhoto): string[] {
  const wnid = /^n\d{8}(?=_)/.exec(photo.name)?.[0] ?? '';
  const folders = folderOf(photo).split('/').reverse().map(normalized);
  return [wnid, ...folders].filter((name) => name !== '');
}

/** Folders are named in many ways: "Egyptian cat", "egyptian_cat", "jack-o-lantern". */
function normalized(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[\s_-]+/g, ' ')
    .trim();
}
