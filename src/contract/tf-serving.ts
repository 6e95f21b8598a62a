/** What TensorFlow Serving's REST API says (https://www.tensorflow.org/tfx/serving/api_rest), as far as Petal does. */
import * as z from 'zod';
import { modelVersionStatus } from './models.ts';
import { maxImages, photoText } from './photos.ts';

const binary = z.strictObject({ b64: photoText }, 'Expected {"b64": "<base64>"}');

/** The photo itself, or as the one named input. */
const instance = z.union(
  [binary, z.strictObject({ image_bytes: binary })],
  'Expected {"b64": "<base64>"} or {"image_bytes": {"b64": "<base64>"}}',
);

function list<Item extends z.ZodType>(item: Item) {
  return z
    .array(item, 'Expected a list of photos')
    .min(1, 'Expected at least one photo')
    .meta({ maxItems: maxImages });
}

/** The one input's values, by its name or without. */
const inputs = z.union(
  [list(binary), binary, z.strictObject({ image_bytes: z.union([list(binary), binary]) })],
  'Expected a list of {"b64": "<base64>"}, or {"image_bytes": [...]} of them',
);

/** `instances` in the row format; `inputs` in the columnar one. */
export const predictBody = z
  .strictObject(
    {
      signature_name: z
        .literal(['serving_default', ''], 'Expected "serving_default", the only signature')
        .optional(),
      instances: list(instance).optional(),
      inputs: inputs.optional(),
    },
    'Expected an object with "instances" or "inputs", and nothing else but "signature_name"',
  )
  .meta({ id: 'PredictBody' });

const probabilities = z
  .array(z.number())
  .meta({ description: 'In order of the class index: "background" is not among them.' });

/** One photo in the row format. */
const predictRow = z
  .strictObject({
    classes: z.int().meta({ description: 'Index of the most probable class.' }),
    label: z.string(),
    probabilities,
  })
  .meta({ id: 'PredictRow' });
export type PredictRow = z.infer<typeof predictRow>;

/** `predictions` for `instances`, `outputs` for `inputs`. */
export const predictAnswer = z.union([
  z.strictObject({ predictions: z.array(predictRow) }).meta({ id: 'Predictions' }),
  z
    .strictObject({
      outputs: z.strictObject({
        classes: z.array(z.int()),
        label: z.array(z.string()),
        probabilities: z.array(probabilities),
      }),
    })
    .meta({ id: 'PredictOutputs' }),
]);

/**
 * The tensors of the one signature, as TensorFlow's protobufs name their types; -1 is any length.
 * There are as many probabilities as the model has classes.
 */
export const signature = {
  inputs: { image_bytes: { dtype: 'DT_STRING', shape: [-1] } },
  outputs: {
    classes: { dtype: 'DT_INT64', shape: [-1] },
    label: { dtype: 'DT_STRING', shape: [-1] },
    probabilities: { dtype: 'DT_FLOAT', shape: [-1, -1] },
  },
} as const;

const tensorInfos = z.record(
  z.string(),
  z.strictObject({
    dtype: z.enum(['DT_STRING', 'DT_INT64', 'DT_FLOAT']),
    tensor_shape: z.strictObject({
      dim: z.array(z.strictObject({ size: z.string().regex(/^-?\d+$/), name: z.literal('') })),
      unknown_rank: z.literal(false),
    }),
    name: z.string(),
  }),
);

/** GetModelMetadataResponse (get_model_metadata.proto), as protobuf's JSON. */
export const metadataAnswer = z
  .strictObject({
    model_spec: z.strictObject({
      name: z.string(),
      signature_name: z.literal(''),
      version: z.string(),
    }),
    metadata: z.strictObject({
      signature_def: z.strictObject({
        signature_def: z.strictObject({
          serving_default: z.strictObject({
            inputs: tensorInfos,
            outputs: tensorInfos,
            method_name: z.literal('tensorflow/serving/predict'),
          }),
        }),
      }),
    }),
  })
  .meta({ id: 'ServingMetadata' });
export type MetadataAnswer = z.infer<typeof metadataAnswer>;

/** GetModelStatusResponse (get_model_status.proto) of one version. */
export const statusAnswer = z
  .strictObject({ model_version_status: modelVersionStatus })
  .meta({ id: 'ServingStatus' });
