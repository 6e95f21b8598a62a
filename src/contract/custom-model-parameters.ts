/** The parameters of requests about users' models: see parameters.ts. */
import * as z from 'zod';
import { labelName } from '../classes/manifest.ts';
import { headModes } from '../classes/train-head.ts';
import type { ParameterRow } from './parameter-row.ts';

/** Of a photo's bytes. */
export const exampleId = z.string().regex(/^[0-9a-f]{64}$/);

const aLabel = 'a label of 1 to 100 characters in valid UTF-8, without commas and spaces around it';

export const customModelParameters = {
  version: {
    schema: z.int().min(1).optional(),
    notation: 'number',
    accepts: 'a whole number from 1',
    description: 'Which version; the one before the current one, unless named.',
    example: '1',
  },
  permanent: {
    schema: z.boolean().default(false),
    notation: 'boolean',
    accepts: 'true or false',
    description: 'Whether all of the model is erased at once, for good.',
    example: 'true',
  },
  example_label: {
    name: 'label',
    schema: labelName,
    notation: 'text',
    accepts: aLabel,
    description: 'What the photos show.',
    example: 'rose',
  },
  keep_photos: {
    schema: z.boolean().default(false),
    notation: 'boolean',
    accepts: 'true or false',
    description:
      'Whether the photos are stored, too, of up to 1 MB each, and not only their embeddings.',
    example: 'true',
  },
  listed_label: {
    name: 'label',
    schema: labelName.optional(),
    notation: 'text',
    accepts: aLabel,
    description: 'Examples of this label only.',
    example: 'rose',
  },
  after: {
    schema: exampleId.optional(),
    notation: 'text',
    accepts: 'the `next` of another page, a SHA-256 in hexadecimal',
    description: 'Where the page goes on: the `next` of the page before.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
  removed_label: {
    name: 'label',
    schema: labelName,
    notation: 'text',
    accepts: aLabel,
    description: 'The label whose examples are removed.',
    example: 'rose',
  },
  mode: {
    schema: z.enum(headModes).default('auto'),
    notation: 'text',
    accepts: `one of ${headModes.join(', ')}`,
    description:
      'How the model decides: by softmax regression, by the nearest examples (`knn`, for labels with one to five examples, and up to 500 in all), or by what suits the examples.',
    example: 'knn',
  },
} as const satisfies Record<string, ParameterRow>;
