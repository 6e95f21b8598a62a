import type { LoadedNetwork } from '../mobilenet/network.ts';
import { backgroundOutputs, type ImageClass } from '../mobilenet/top-k.ts';
import { analyseImage } from '../pipeline/analyse-image.ts';
import type { Question, Timed } from './answers.ts';
import { representations } from './negotiation.ts';
import type { AppParts } from './parts.ts';

/** Everything the network says, for protocols that leave the choosing to the client. */
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
  { classes, clock, config }: AppParts,
  network: LoadedNetwork,
): Question<AllProbabilities> {
  const { model, sha256 } = network.metadata;
  const pipeline = { network, limits: config, now: clock.now };
  return {
    text: JSON.stringify(['probabilities', { model, fit: 'crop' }]),
    modelSha256: sha256,
    representation: representations.json,
    isJson: true,
    answer(bytes) {
      const { durationsMs, readings } = analyseImage(pipeline, bytes, { fit: 'crop' });
      const [{ embedding }] = readings;
      const startMs = clock.now();
      const answer = describe({ embedding, probabilities: network.classify(embedding) }, classes);
      const inference = durationsMs.inference + clock.now() - startMs;
      return { durationsMs: { ...durationsMs, inference }, answer };
    },
  };
}

/** The same of an input that the client made itself: float32 [side, side, 3], -1..1, as bytes. */
export function tensorQuestion(
  { classes, clock }: AppParts,
  network: LoadedNetwork,
): Question<AllProbabilities> {
  const { model, sha256 } = network.metadata;
  return {
    text: JSON.stringify(['tensor', { model }]),
    modelSha256: sha256,
    representation: representations.json,
    isJson: true,
    answer(bytes): Timed<AllProbabilities> {
      const startMs = clock.now();
      const input = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      const answer = describe(network.infer(input), classes);
      return {
        answer,
        durationsMs: { decode: 0, preprocess: 0, inference: clock.now() - startMs },
      };
    },
  };
}

function describe(
  { probabilities, embedding }: { probabilities: Float32Array; embedding: Float32Array },
  classes: readonly ImageClass[],
): AllProbabilities {
  const ofClasses = Array.from(probabilities.subarray(backgroundOutputs));
  const classIndex = ofClasses.indexOf(Math.max(...ofClasses));
  return {
    probabilities: ofClasses,
    embedding: Array.from(embedding),
    classIndex,
    label: classes[classIndex].label,
  };
}
