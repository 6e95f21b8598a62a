/** What a class has, as far as advice goes. */
export interface ClassSize {
  readonly label: string;
  readonly count: number;
}

/** From about so many photos of each label on, a model is more than a guess. */
export const enoughPhotos = 5;

/** What is missing before training is worth it; undefined where nothing is. */
export function trainingHint(classes: readonly ClassSize[]): string | undefined {
  const [first] = classes;
  if (first === undefined) {
    return 'Begin with a class: the name of something that Petal should learn, such as rose.';
  }
  if (classes.length === 1) {
    return `Add a second class, so that there is something to tell ${first.label} from.`;
  }
  const empty = classes.filter(({ count }) => count === 0);
  if (empty.length > 0) return `Add photos to ${list(empty.map(({ label }) => label))}.`;
  const few = classes.filter(({ count }) => count < enoughPhotos);
  if (few.length === 0) return undefined;
  const lacking = few.map(({ label, count }) => `${label} has ${count}`);
  return `${enoughPhotos} or more photos of each class make a better model: ${list(lacking)}.`;
}

/** What Petal can be trained on: two labels with a photo each. */
export function canTrain(classes: readonly ClassSize[]): boolean {
  return classes.filter(({ count }) => count > 0).length >= 2;
}

/** `rose, daisy and tulip` */
function list(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
