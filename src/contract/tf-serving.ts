/** What TensorFlow Serving's REST API says (https://www.tensorflow.org/tfx/serving/api_rest), as far as Petal does. */
import * as z from 'zod';
import { maxImages, photoText } from './photos.ts';

const binary = z.strictObject({ b64: photoText }, 'Expected {"b64": "<base64>"}');

/** The photo itself, or as the one named input. */
const instance = z.union(
  [binary, z.strictObject({ image_bytes: binary })],
  'Expected {"b64": "<base64>"} or {"image_bytes": {"b64": "<base64>"}}',
);

const instances = z
  .array(instance, 'Expected a list of photos')
  .min(1, 'Expected at least one photo')
  .max(maxImages, `Expected at most ${maxImages} photos`);

/** `instances` in the row format; `inputs` in the columnar one. */
export const predictBody = z
  .strictObject(
    {
      signature_name: z
        .literal('serving_default', 'Expected "serving_default", the only signature')
        .optional(),
      instances: instances.optional(),
      inputs: z.union([instances, instance]).optional(),
    },
    'Expected an object with "instances"',
  )
  .meta({ id: 'PredictBody' });

const probabilities = z
  .array(z.number())
  .length(1000)
  .meta({ description: 'In order of the class index: "background" is not among them.' });

/** One photo in the row format. */
export const predictRow = z
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
