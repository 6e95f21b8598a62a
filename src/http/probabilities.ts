import { analyseImage } from '../pipeline/analyse-image.ts';
import type { AnsweringModel } from '../pipeline/answering-model.ts';
import { referenceOf } from './answering.ts';
import type { Question, Timed } from './answers.ts';
import { representations } from './negotiation.ts';
import type { AppParts } from './parts.ts';

/** Everything a model says, for protocols that leave the choosing to the client. */
export interface AllProbabilities {
  /** One a class, in order of their index; "background" is not among them. */
  readonly probabilities: readonly number[];
  /** [1280] */
  readonly embedding: readonly number[];
  /** Of the most probable class. */
  readonly classIndex: number;
  readonly label: string;
}

/** What those protocols ask of each photo. */
export function probabilitiesQuestion(
  { clock, config: limits, network }: AppParts,
  model: AnsweringModel,
): Question<AllProbabilities> {
  const pipeline = { network: network(), limits, now: clock.now };
  const options = { fit: 'crop', sources: [model.source] } as const;
  return {
    text: JSON.stringify(['probabilities', { model: referenceOf(model), fit: 'crop' }]),
    modelSha256: model.sha256,
    representation: representations.json,
    isJson: true,
    answer({ bytes, budget }) {
      const { durationsMs, readings } = analyseImage({ ...pipeline, budget }, bytes, options);
      const startMs = clock.now();
      const answer = describe(model, readings[0].embedding);
      const inference = durationsMs.inference + clock.now() - startMs;
      return { durationsMs: { ...durationsMs, inference }, answer };
    },
  };
}

/** The same of an input that the client made itself: uint8 [side, side, 3], row-major RGB. */
export function tensorQuestion(
  { clock, network }: AppParts,
  model: AnsweringModel,
): Question<AllProbabilities> {
  return {
    text: JSON.stringify(['tensor', { model: referenceOf(model) }]),
    modelSha256: model.sha256,
    representation: representations.json,
    isJson: true,
    answer({ bytes: input }): Timed<AllProbabilities> {
      const startMs = clock.now();
      const [{ embedding }] = network().read(input, [model.source]);
      const answer = describe(model, embedding);
      return {
        answer,
        durationsMs: { decode: 0, preprocess: 0, inference: clock.now() - startMs },
      };
    },
  };
}

function describe(model: AnsweringModel, embedding: Float32Array): AllProbabilities {
  const probabilities = Array.from(model.judge(embedding).probabilities);
  const classIndex = probabilities.indexOf(Math.max(...probabilities));
  return {
    probabilities,
    embedding: Array.from(embedding),
    classIndex,
    label: model.classes[classIndex].label,
  };
}
