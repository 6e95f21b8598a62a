/** What answers about the examples of users' models hold, as zod schemas. */
import * as z from 'zod';
import { labelName } from '../classes/manifest.ts';
import { imageFacts, problemAnswer } from './answers.ts';
import { exampleId } from './custom-model-parameters.ts';
import { exampleCounts } from './models.ts';

const example = z.strictObject({ id: exampleId, label: labelName });

/** What POST /v1/models/{name}/examples says of one photo of many. */
const addedExample = example.extend({
  outcome: z.enum(['added', 'moved', 'unchanged']).meta({
    description: 'Moved where the photo had another label, unchanged where it had this one.',
  }),
  image: imageFacts,
});

const modelExamples = { model: z.string(), examples: exampleCounts };

export type AddedExample = z.infer<typeof addedExample>;

/** Answer of POST /v1/models/{name}/examples to one photo. */
export const addExampleAnswer = addedExample.extend(modelExamples).meta({ id: 'AddedExample' });
export type AddExampleAnswer = z.infer<typeof addExampleAnswer>;

/** Its answer to many, in their order. */
export const addExamplesAnswer = z
  .strictObject({
    results: z.array(z.union([addedExample, z.strictObject({ problem: problemAnswer })])),
    ...modelExamples,
  })
  .meta({ id: 'AddedExamples' });
export type AddExamplesAnswer = z.infer<typeof addExamplesAnswer>;

/** Answer of GET /v1/models/{name}/examples. */
export const listExamplesAnswer = z
  .strictObject({
    model: z.string(),
    examples: z.array(example.extend({ createdAt: z.iso.datetime(), hasPhoto: z.boolean() })),
    next: exampleId.optional().meta({ description: 'For `after`; missing on the last page.' }),
  })
  .meta({ id: 'Examples' });
export type ListExamplesAnswer = z.infer<typeof listExamplesAnswer>;

/** Answer of what removes examples. */
export const removeExamplesAnswer = z
  .strictObject({ removed: z.int().min(0), ...modelExamples })
  .meta({ id: 'RemovedExamples' });
export type RemoveExamplesAnswer = z.infer<typeof removeExamplesAnswer>;
