/**
 * Image classification as Hugging Face's clients speak it
 * (https://huggingface.co/docs/inference-providers/tasks/image-classification).
 */
import * as z from 'zod';
import { maxTopK } from './parameters.ts';
import { maxImages, photoText } from './photos.ts';

/** The client for JavaScript sends the photo's bytes as the body instead, and no parameters. */
export const huggingFaceBody = z
  .looseObject(
    {
      inputs: z.union(
        [photoText, z.array(photoText).min(1).meta({ maxItems: maxImages })],
        'Expected a photo as base64, or a list of them',
      ),
      parameters: z
        .looseObject({
          top_k: z
            .int(`Expected a whole number from 1 to ${maxTopK}`)
            .min(1, `Expected a whole number from 1 to ${maxTopK}`)
            .max(maxTopK, `Expected a whole number from 1 to ${maxTopK}`)
            .nullish(),
          function_to_apply: z
            .literal('softmax', 'Expected "softmax", which is what this model ends with')
            .nullish(),
        })
        .optional(),
    },
    'Expected an object with "inputs"',
  )
  .meta({ id: 'HuggingFaceBody' });

const scores = z.array(z.strictObject({ label: z.string(), score: z.number().min(0).max(1) }));

/** One list for one photo; a list of lists for a list of photos. */
export const huggingFaceAnswer = z.union([scores, z.array(scores)]);
