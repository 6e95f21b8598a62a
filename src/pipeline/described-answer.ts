import type { Ancestor } from '../mobilenet/taxonomy.ts';
import type { Analysis } from './analyse-image.ts';
import type { AnsweringModel } from './answering-model.ts';
import type { LocatedPrediction, ModelAnswer } from './classify-image.ts';

/** What is added to an answer where it is asked for. */
export interface Details {
  /** What a class is a kind of, by its index. */
  readonly ancestorsOf?: ((classIndex: number) => readonly Ancestor[]) | undefined;
  readonly background?: boolean;
  readonly embedding?: boolean;
}

/** A model's answer in the members of POST /v1/classify. */
export interface DescribedAnswer {
  model: string;
  version?: number;
  predictions: (LocatedPrediction & { ancestors?: Ancestor[] })[];
  unknown: boolean;
  background?: number;
  embedding?: number[];
}

/** What an answer says of who gave it. */
export function identityOf({ name, version }: AnsweringModel): { model: string; version?: number } {
  return { model: name, ...(version === undefined ? {} : { version }) };
}

export function describeAnswer(
  model: AnsweringModel,
  { predictions, unknown, backgroundProbability, embedding }: ModelAnswer,
  { ancestorsOf, ...wants }: Details = {},
): DescribedAnswer {
  return {
    ...identityOf(model),
    predictions:
      ancestorsOf === undefined
        ? predictions
        : predictions.map((prediction) => ({
            ...prediction,
            ancestors: [...ancestorsOf(prediction.index)],
          })),
    unknown,
    ...(wants.background && backgroundProbability !== undefined
      ? { background: backgroundProbability }
      : {}),
    ...(wants.embedding ? { embedding: Array.from(embedding) } : {}),
  };
}

/** What an answer says of the photo, whatever models were asked. */
export function describePhoto(
  { image, view }: Pick<Analysis, 'image' | 'view'>,
  heatmaps: boolean,
) {
  return { image, ...(heatmaps ? { region: view.gridRegion } : {}) };
}
