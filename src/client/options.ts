import type { Inclusion } from '../contract/parameters.ts';

/** What every request takes. */
export interface CallOptions {
  /** Aborts the request, and the wait before it is sent again. */
  readonly signal?: AbortSignal | undefined;
  /** A token of Turnstile's widget, where Petal asks for one. It is good for one request of at most 32 photos. */
  readonly challengeToken?: string | undefined;
}

/** What concerns a photo, whatever is asked of it. */
export interface PhotoOptions extends CallOptions {
  /**
   * How the photo becomes the network's square: `crop` (the default) takes the middle, `squash` all of
   * it out of proportion, `pad` all of it between bars.
   */
  readonly fit?: 'crop' | 'squash' | 'pad' | undefined;
  /** Which model answers, as `name` or `name@version`; `models()` lists them. */
  readonly model?: string | undefined;
}

export interface ClassifyOptions extends PhotoOptions {
  /** How many predictions at the most, 1 to 1000, the most probable first; 5 by default. */
  readonly topK?: number | undefined;
  /** 0 to 1: predictions that are less probable are left out; none may remain. */
  readonly minProbability?: number | undefined;
  /**
   * Only these classes are predicted, each by label ("daisy"), WordNet id ("n11939491") or ancestor
   * ("flower"), at most 100. Probabilities stay as they are.
   */
  readonly labels?: readonly string[] | undefined;
  /** These classes are not predicted; named as in `labels`, and stronger than it. */
  readonly exclude?: readonly string[] | undefined;
  /** What is added to the answer. */
  readonly include?: readonly Inclusion[] | undefined;
}

export interface ModelsClassifyOptions extends Omit<ClassifyOptions, 'model'> {
  /** Which models answer, at most 8, each as `name` or `name@version`. */
  readonly model?: readonly string[] | undefined;
}

export interface EmbedOptions extends PhotoOptions {
  /** With `l2` the embedding has length 1, so that a dot product is the cosine. */
  readonly normalize?: 'none' | 'l2' | undefined;
}

export interface ExplainOptions extends PhotoOptions {
  /** Which class is explained, by label, WordNet id or ancestor; without it, the most probable one. */
  readonly label?: string | undefined;
}

/** Options as the parameters of a query: names in snake_case, lists with commas. */
export function queryOf({ signal, challengeToken, ...parameters }: CallOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    query.set(
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      String(value),
    );
  }
  return query;
}
