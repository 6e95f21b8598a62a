import { AppError, quoted } from '../errors.ts';
import type { Taxonomy } from './taxonomy.ts';

/** Which classes may be predicted, in names as {@link Taxonomy.classesNamed} knows them. */
export interface ClassSelection {
  /** Allow list: these classes only. All, where it is not given. */
  readonly labels?: readonly string[] | undefined;
  /** Deny list: none of these, not even where `labels` has them. */
  readonly exclude?: readonly string[] | undefined;
}

/**
 * Turns names into the classes that may be predicted. Which they are depends on
 * the meaning only: the same classes in other words are the same selection.
 *
 * @returns for each class, by index, 1 where it may be predicted and 0 where not;
 *   undefined where all may be
 * @throws AppError `invalid-parameter`, whose fact `parameter` is `labels` or
 *   `exclude`, where a name is not known, there are more names than classes, or no class
 *   remains
 */
export function selectClasses(
  taxonomy: Taxonomy,
  { labels, exclude = [] }: ClassSelection,
): Uint8Array | undefined {
  const selection = new Uint8Array(taxonomy.labelCount).fill(labels === undefined ? 1 : 0);
  if (labels?.length === 0) {
    refuse('labels', 'labels is empty; name at least one class in it, or leave it out for all.');
  }
  mark(selection, 1, taxonomy, 'labels', labels ?? []);
  mark(selection, 0, taxonomy, 'exclude', exclude);
  if (!selection.includes(1)) {
    const allowed = labels === undefined ? 'the classes' : 'the classes that labels allows';
    refuse('exclude', `exclude leaves none of ${allowed}; exclude fewer.`);
  }
  return selection.includes(0) ? selection : undefined;
}

/** Gives the classes that the names mean a value in `selection`. */
function mark(
  selection: Uint8Array,
  value: 0 | 1,
  taxonomy: Taxonomy,
  parameter: keyof ClassSelection,
  names: readonly string[],
): void {
  // Nobody needs more, and a body of megabytes could hold a million.
  if (names.length > taxonomy.labelCount) {
    refuse(
      parameter,
      `${parameter} has ${names.length} names; give at most ${taxonomy.labelCount}, as many as there are classes.`,
    );
  }
  for (const name of names) {
    for (const index of namedClasses(taxonomy, parameter, name)) selection[index] = value;
  }
}

/**
 * The classes that one name means, at least one.
 *
 * @param parameter whose value the name is, for the refusal
 * @throws AppError `invalid-parameter` where nothing has this name
 */
export function namedClasses(
  taxonomy: Taxonomy,
  parameter: string,
  name: string,
): readonly number[] {
  const indices = taxonomy.classesNamed(name);
  if (indices.length > 0) return indices;
  return refuse(
    parameter,
    `Nothing that Petal knows is called ${quoted(name)} (in ${parameter}); ${adviceOn(name, taxonomy)}`,
  );
}

function adviceOn(name: string, taxonomy: Taxonomy): string {
  const suggestions = taxonomy.suggestions(name);
  if (suggestions.length === 0) {
    return 'give labels, WordNet ids (n02084071) or what they are kinds of (dog).';
  }
  return `did you mean ${suggestions.map(quoted).join(' or ')}?`;
}

function refuse(parameter: string, message: string): never {
  throw new AppError('invalid-parameter', message, { facts: { parameter } });
}
