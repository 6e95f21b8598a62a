/**
 * The parameters of requests, once: what each may be, and how it is written
 * as text. Types, validation, the refusals' sentences and the documentation
 * derive from the rows. Names are in snake_case, as machine-learning APIs have
 * them.
 */
import * as z from 'zod';
import { fits } from '../image/fit.ts';
import { customModelParameters } from './custom-model-parameters.ts';
import type { ParameterRow } from './parameter-row.ts';

/** What can be added to the answer of POST /v1/classify. */
const inclusions = ['ancestors', 'background', 'embedding', 'heatmap'] as const;
export type Inclusion = (typeof inclusions)[number];

/** How an embedding is written: as numbers, or its float32 values, little-endian, in base64. */
export const encodings = ['float', 'base64'] as const;
export type Encoding = (typeof encodings)[number];

/** What an embedding is divided by: nothing, or its length. */
const normalizations = ['none', 'l2'] as const;

export const maxTopK = 1000;

/** The most names that an allow list or a deny list may have. */
const maxNames = 100;

/** The most models that answer one request. */
export const maxModels = 8;

const modelReference = z.string().min(1).max(100);

const names = z.array(z.string().min(1).max(100)).min(1).max(maxNames);

export const parameters = {
  top_k: {
    schema: z.int().min(1).max(maxTopK).default(5),
    notation: 'number',
    accepts: `a whole number from 1 to ${maxTopK}`,
    description: 'How many predictions at the most, the most probable first.',
    example: '3',
  },
  min_probability: {
    schema: z.number().min(0).max(1).default(0),
    notation: 'number',
    accepts: 'a number from 0 to 1',
    description: 'Predictions that are less probable are left out; none may remain.',
    example: '0.1',
  },
  fit: {
    schema: z.enum(fits).default('crop'),
    notation: 'text',
    accepts: `one of ${fits.join(', ')}`,
    description:
      "How the photo becomes the network's square: `crop` takes the middle, `squash` all of it out of proportion, `pad` all of it between bars.",
    example: 'pad',
  },
  model: {
    schema: z
      .union([
        z.array(modelReference).min(1).max(maxModels),
        modelReference.transform((reference) => [reference]),
      ])
      .optional(),
    notation: 'list',
    accepts: `1 to ${maxModels} names of models, separated by commas`,
    description:
      "Which model answers, by name, or as `name@version`; GET /v1/models lists them. POST /v1/classify takes several, which share one pass of the network, and answers with each model's in `models`.",
    example: 'flowers',
  },
  labels: {
    schema: names.optional(),
    notation: 'list',
    accepts: `1 to ${maxNames} labels, WordNet ids or ancestors, separated by commas`,
    description:
      'Only these classes are predicted: each by label (`daisy`), WordNet id (`n11939491`) or ancestor (`flower`, `dog`). Probabilities stay as they are.',
    example: 'flower,insect',
  },
  exclude: {
    schema: names.optional(),
    notation: 'list',
    accepts: `1 to ${maxNames} labels, WordNet ids or ancestors, separated by commas`,
    description: 'These classes are not predicted; named as in `labels`, and stronger than it.',
    example: 'bee',
  },
  include: {
    schema: z.array(z.enum(inclusions)).max(inclusions.length).default([]),
    notation: 'list',
    accepts: `any of ${inclusions.join(', ')}, separated by commas`,
    description:
      "What is added: each prediction's WordNet `ancestors` or `heatmap` (with `top_k` up to 50), the photo's `embedding`, the probability of `background`.",
    example: 'ancestors',
  },
  encoding: {
    schema: z.enum(encodings).default('float'),
    notation: 'text',
    accepts: `one of ${encodings.join(', ')}`,
    description:
      'How the embedding is written: as numbers, or as base64 of its little-endian float32 values.',
    example: 'base64',
  },
  normalize: {
    schema: z.enum(normalizations).default('none'),
    notation: 'text',
    accepts: `one of ${normalizations.join(', ')}`,
    description: 'With `l2` the embedding has length 1, so that a dot product is the cosine.',
    example: 'l2',
  },
  label: {
    schema: z.string().min(1).max(100).optional(),
    notation: 'text',
    accepts: 'a label, a WordNet id or an ancestor',
    description:
      'Which class is explained: the most probable one of those that it names. Without it, the most probable of all.',
    example: 'daisy',
  },
  ...customModelParameters,
} as const satisfies Record<string, ParameterRow>;

/** Name of a row. */
export type ParameterName = keyof typeof parameters;

/** What requests call the parameter of a row. */
export type WireName<Name extends ParameterName> = (typeof parameters)[Name] extends {
  readonly name: infer Wire extends string;
}
  ? Wire
  : Name;

/** What requests call the parameter of a row. */
export function wireName(name: ParameterName): string {
  const row: ParameterRow = parameters[name];
  return row.name ?? name;
}

/** Values of some parameters, defaults filled in. */
export type ParameterValues<Names extends ParameterName> = {
  readonly [Name in Names]: z.output<(typeof parameters)[Name]['schema']>;
};

/** The same as a query, for typed clients. */
export type QueryOf<Names extends ParameterName> = {
  readonly [Name in Names as WireName<Name>]?: string;
};

/** The same as members of a JSON body. */
export type MembersOf<Names extends ParameterName> = {
  readonly [Name in Names as WireName<Name>]?: z.input<(typeof parameters)[Name]['schema']>;
};

/** Which parameters each operation takes. */
export const operationParameters = {
  classify: ['top_k', 'min_probability', 'fit', 'model', 'labels', 'exclude', 'include'],
  embed: ['fit', 'model', 'encoding', 'normalize'],
  explain: ['fit', 'model', 'label'],
  /** Other servers' predictions: their clients choose from all that the network says. */
  infer: [],
  rollBackModel: ['version'],
  deleteModel: ['permanent'],
  addExamples: ['example_label', 'keep_photos'],
  listExamples: ['listed_label', 'after'],
  removeExamples: ['removed_label'],
  trainModel: ['mode'],
  /** Requests about a model that say all in their path. */
  plain: [],
} as const satisfies Record<string, readonly ParameterName[]>;
