import type { PublishedModel } from '../classes/catalog.ts';
import { headProbabilities, labelWeights } from '../classes/head.ts';
import type { CustomModel } from '../classes/model-file.ts';
import type { ArtifactMetadata, OutputWeights } from '../mobilenet/artifact.ts';
import type { Source } from '../mobilenet/backbone.ts';
import {
  backgroundOutputs,
  backgroundProbability,
  type ImageClass,
  outputOf,
} from '../mobilenet/top-k.ts';
import { noThresholds, type UnknownThresholds } from '../mobilenet/uncertainty.ts';

/** What a model says of one photo. */
export interface Opinion {
  /** One a class, in order of their index. */
  readonly probabilities: Float32Array;
  /** Probability of none of the classes; there where the model knows such a thing. */
  readonly backgroundProbability?: number;
}

/** What answers about photos: the backbone's own classifier, or a user's model on the backbone. */
export interface AnsweringModel {
  readonly name: string;
  /** Of a user's model. */
  readonly version?: number;
  /** Names the weights that answer, beside the backbone's. */
  readonly sha256: string;
  /** In order of their index. */
  readonly classes: readonly ImageClass[];
  /** Where its embeddings come from. */
  readonly source: Source;
  /** When an answer counts as unknown. */
  readonly thresholds: UnknownThresholds;
  /** @param embedding from its source */
  judge(embedding: Float32Array): Opinion;
  /**
   * How much each channel of the embedding speaks for a class.
   *
   * @throws RangeError where there is no such class
   */
  weightsOf(classIndex: number): Float32Array;
}

/** What the backbone's own model needs of a network. */
export interface ClassifierNetwork {
  readonly metadata: Pick<ArtifactMetadata, 'model' | 'sha256'>;
  classify(embedding: Float32Array): Float32Array;
  classifierWeights(output: number): OutputWeights;
}

/**
 * The backbone with the classes that it was trained on.
 *
 * @param classes in order of their index
 */
export function backboneModel(
  network: ClassifierNetwork,
  classes: readonly ImageClass[],
  thresholds: UnknownThresholds = noThresholds,
): AnsweringModel {
  const { model, sha256 } = network.metadata;
  return {
    name: model,
    sha256,
    classes,
    source: 'backbone',
    thresholds,
    judge(embedding) {
      const outputs = network.classify(embedding);
      return {
        probabilities: outputs.subarray(backgroundOutputs),
        backgroundProbability: backgroundProbability(outputs),
      };
    },
    weightsOf: (classIndex) => network.classifierWeights(outputOf(classIndex)).weights,
  };
}

/** A user's model. */
export function customModel({ name, version, sha256, model }: PublishedModel): AnsweringModel {
  return { ...answeringPartsOf(model), name, version, sha256 };
}

/** The same of a model that was not published. */
export function answeringPartsOf({
  manifest,
  head,
  tail,
}: CustomModel): Omit<AnsweringModel, 'name' | 'version' | 'sha256'> {
  const { labels, thresholds } = manifest;
  return {
    classes: labels.map((label) => ({ label })),
    source: tail ?? 'backbone',
    thresholds,
    judge: (embedding) => ({
      probabilities: headProbabilities(head, labels.length, embedding),
    }),
    weightsOf(classIndex) {
      if (labels[classIndex] === undefined) {
        throw new RangeError(`Expected a class below ${labels.length} but received ${classIndex}.`);
      }
      return labelWeights(head, classIndex);
    },
  };
}
