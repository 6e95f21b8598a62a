/** What answers about models hold, as zod schemas. */
import * as z from 'zod';
import { labelName, manifest } from '../classes/manifest.ts';
import { arithmetics } from '../mobilenet/arithmetic.ts';
import { problemAnswer } from './answers.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().meta({ examples: ['flowers'] });
const share = z.number().min(0).max(1);

/** The state of a model as TensorFlow Serving writes it. */
export const modelVersionStatus = z.array(
  z.strictObject({
    version: z.string(),
    state: z.literal('AVAILABLE'),
    status: z.strictObject({ error_code: z.literal('OK'), error_message: z.literal('') }),
  }),
);

/** One model of GET /v1/models, and the answer of GET /v1/models/{name}. */
export const modelAnswer = z
  .strictObject({
    name: z.string().meta({ examples: ['mobilenet_v2_1.0_224'] }),
    input: z.strictObject({ width: z.int(), height: z.int(), channels: z.literal(3) }),
    labelCount: z.int(),
    arithmetic: z.enum(arithmetics).meta({
      description:
        'What the network calculates with. Another arithmetic answers slightly other probabilities.',
    }),
    license: z.string(),
    source: z.url(),
    sourceSha256: sha256,
    sha256: sha256.meta({ description: 'Of the weights and the layer table that answer.' }),
    model_version_status: modelVersionStatus.meta({
      description: 'For clients of TensorFlow Serving.',
    }),
  })
  .meta({ id: 'Model' });
export type ModelAnswer = z.infer<typeof modelAnswer>;

const version = z
  .strictObject({
    version: z.int().min(1),
    labelCount: z.int().min(2),
    head: z.enum(['softmax', 'knn']),
    fineTuned: z.string().meta({ description: 'What was trained beside the head.' }),
    accuracy: share.optional().meta({ description: 'On photos that it was not trained on.' }),
    interval: z.tuple([share, share]).optional().meta({ description: 'Of the accuracy, 95 %.' }),
    source: z.enum(['upload', 'training']),
    createdAt: z.iso.datetime(),
    bytes: z.int().min(1),
    sha256,
  })
  .meta({ id: 'ModelVersion' });
export type VersionAnswer = z.infer<typeof version>;

/** A user's model in GET /v1/models. */
export const customModelSummary = z
  .strictObject({ name, ...version.shape })
  .meta({ id: 'CustomModelSummary' });
export type CustomModelSummary = z.infer<typeof customModelSummary>;

/** Answer of GET /v1/models: the backbone first. */
export const modelsAnswer = z
  .strictObject({ models: z.array(z.union([modelAnswer, customModelSummary])) })
  .meta({ id: 'Models' });
export type ModelsAnswer = z.infer<typeof modelsAnswer>;

export const exampleCounts = z
  .array(z.strictObject({ label: labelName, count: z.int().min(1) }))
  .meta({ description: 'How many examples there are of each label.' });

/** What GET /v1/models/{name} says of a user's model, and whatever changes its versions. */
export const customModelAnswer = z
  .strictObject({
    name,
    state: z.enum(['untrained', 'training', 'ready']).meta({
      description:
        'Untrained where there is no version yet; a model in training answers as before.',
    }),
    version: z
      .int()
      .min(1)
      .nullable()
      .meta({ description: 'The one that is described: what the name stands for, unless named.' }),
    versions: z.array(version),
    examples: exampleCounts,
    manifest: manifest
      .optional()
      .meta({ description: 'Labels, metrics and origin of the version, as its file has them.' }),
    problem: problemAnswer.optional().meta({ description: 'Why the version can not be used.' }),
    model_version_status: modelVersionStatus.meta({
      description: 'For clients of TensorFlow Serving.',
    }),
  })
  .meta({ id: 'CustomModel' });
export type CustomModelAnswer = z.infer<typeof customModelAnswer>;

/** Answer of DELETE /v1/models/{name}. */
export const deletedModelAnswer = z
  .strictObject({
    name,
    deletedAt: z.iso.datetime(),
    erasedAt: z.iso.datetime().meta({ description: 'Until then it can be restored.' }),
  })
  .meta({ id: 'DeletedModel' });
export type DeletedModelAnswer = z.infer<typeof deletedModelAnswer>;
