/**
 * The Open Inference Protocol, version 2, over REST, as far as Petal speaks it
 * (https://github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md).
 */
import * as z from 'zod';
import { NumberArray } from '../json/number-array.ts';
import { numberList } from '../json/schemas.ts';
import { maxImages, photoText } from './photos.ts';

/** What a model gives, as tensors of one row a photo; as many probabilities as it has classes. */
export const outputTensors = {
  probabilities: { datatype: 'FP32', shape: [-1, -1] },
  embedding: { datatype: 'FP32', shape: [-1, 1280] },
  class: { datatype: 'INT64', shape: [-1] },
  label: { datatype: 'BYTES', shape: [-1] },
} as const;
export type OutputName = keyof typeof outputTensors;
export const outputNames = Object.keys(outputTensors) as [OutputName, ...OutputName[]];

/** What it takes: files of photos, or inputs that the client made from them. */
export const inputTensors = {
  image: { datatype: 'BYTES', shape: [-1] },
  input: { datatype: 'FP32', shape: [-1, 224, 224, 3] },
} as const;

const extras = z.looseObject({});

const dimensions = z
  .array(z.int().min(1).max(1_000_000))
  .min(1)
  .max(4)
  .meta({ description: '[n] for photos, [n, 224, 224, 3] for inputs.' });

/** A short list of numbers comes as a tensor from the JSON reader. */
const shape = numberList.pipe(dimensions);

/** Flat, or nested as the shape [n, 1] says. */
const bytes = z
  .array(
    z.union([photoText, z.tuple([photoText])], 'Expected a photo as base64'),
    'Expected a list of photos as base64',
  )
  .min(1, 'Expected at least one photo');

const inputTensor = z.discriminatedUnion(
  'datatype',
  [
    z.strictObject({
      name: z.string(),
      datatype: z.literal('BYTES'),
      shape,
      parameters: extras.optional(),
      data: bytes.meta({ description: 'Photos as base64.', maxItems: maxImages }),
    }),
    z.strictObject({
      name: z.string(),
      datatype: z.literal('FP32'),
      shape,
      parameters: extras.optional(),
      data: z
        .custom<NumberArray>((value) => value instanceof NumberArray, 'Expected numbers')
        .meta({
          type: 'array',
          description:
            'RGB by rows, `value / 127.5 - 1`, which is rounded to a `value` of 0..255; nested or flat.',
        }),
    }),
  ],
  'Expected the datatype "BYTES" (photos as base64) or "FP32" (inputs)',
);

const maxIdLength = 1000;
const expectedId = `Expected a text of at most ${maxIdLength} characters`;

export const inferBody = z
  .strictObject(
    {
      id: z.string(expectedId).max(maxIdLength, expectedId).optional(),
      parameters: extras.optional(),
      inputs: z
        .array(inputTensor, 'Expected a list of one tensor')
        .length(1, 'Expected exactly one tensor'),
      outputs: z
        .array(
          z.strictObject({
            name: z.enum(outputNames, `Expected one of ${outputNames.join(', ')}`),
            parameters: extras.optional(),
          }),
        )
        .min(1, 'Expected at least one output')
        .optional(),
    },
    'Expected an object with "inputs", and nothing else but "id", "outputs" and "parameters"',
  )
  .meta({ id: 'InferBody' });

const datatype = z.enum(['BYTES', 'FP32', 'INT64']);

export const inferAnswer = z
  .strictObject({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional(),
    outputs: z.array(
      z.strictObject({
        name: z.string(),
        datatype,
        shape: z.array(z.int()),
        data: z.array(z.union([z.number(), z.string()])),
      }),
    ),
  })
  .meta({ id: 'InferAnswer' });
export type InferAnswer = z.infer<typeof inferAnswer>;

const tensorMetadata = z.array(
  z.strictObject({ name: z.string(), datatype, shape: z.array(z.int()) }),
);

export const modelMetadataAnswer = z
  .strictObject({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: tensorMetadata,
    outputs: tensorMetadata,
  })
  .meta({ id: 'ModelMetadata' });

export const serverMetadataAnswer = z
  .strictObject({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })
  .meta({ id: 'ServerMetadata' });

export const liveAnswer = z.strictObject({ live: z.literal(true) }).meta({ id: 'Live' });
/** The protocol's text says `live` here, its servers `ready`. */
export const readyAnswer = z
  .strictObject({ live: z.literal(true), ready: z.literal(true) })
  .meta({ id: 'Ready' });

export const modelReadyAnswer = z
  .strictObject({ name: z.string(), ready: z.literal(true) })
  .meta({ id: 'ModelReady' });
