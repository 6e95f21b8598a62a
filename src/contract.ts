/**
 * The wire: what requests may hold and what answers do, as zod schemas from
 * which the types derive. Query parameters are written in snake_case, members
 * of JSON in camelCase.
 */
import * as z from 'zod';
import { type ProblemCode, problems } from './errors.ts';
import { type FormatName, formats } from './image/formats.ts';
import { orientations } from './image/orientation.ts';
import { fits } from './image/preprocess.ts';

const maxTopK = 1000;

/** Query of POST /v1/classify. */
export const classifyQuery = z.object({
  top_k: z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .pipe(z.int().min(1).max(maxTopK))
    .default(5)
    .describe(`a whole number from 1 to ${maxTopK}`),
  fit: z
    .enum(fits)
    .default('crop')
    .describe(`one of ${fits.join(', ')}`),
});

const probability = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const prediction = z.strictObject({
  label: z.string(),
  wnid: z.string().regex(/^n\d{8}$/),
  index: z.int().min(0).max(999),
  probability,
});

/** Answer of POST /v1/classify. */
export const classifyAnswer = z.strictObject({
  model: z.string(),
  predictions: z.array(prediction),
  image: z.strictObject({
    format: z.enum(Object.keys(formats) as [FormatName, ...FormatName[]]),
    width: z.int().min(1),
    height: z.int().min(1),
    /** As the file stores the photo; width, height and predictions are of it upright. */
    orientation: z.literal(orientations),
    /** Some of the file was missing or damaged. */
    truncated: z.literal(true).optional(),
  }),
});
export type ClassifyAnswer = z.infer<typeof classifyAnswer>;

/** One model of GET /v1/models, and the answer of GET /v1/models/{name}. */
export const modelAnswer = z.strictObject({
  name: z.string(),
  input: z.strictObject({ width: z.int(), height: z.int(), channels: z.literal(3) }),
  labelCount: z.int(),
  license: z.string(),
  source: z.url(),
  sourceSha256: sha256,
  /** Of the weights and the layer table that answer. */
  sha256,
});
export type ModelAnswer = z.infer<typeof modelAnswer>;

/** Answer of GET /v1/models. */
export const modelsAnswer = z.strictObject({ models: z.array(modelAnswer) });
export type ModelsAnswer = z.infer<typeof modelsAnswer>;

/** Answer of GET /healthz while the network is loaded. */
export const healthAnswer = z.strictObject({
  status: z.literal('ok'),
  model: z.string(),
  /** Size of the WASM memory; it never shrinks, and stops growing after the first photo. */
  wasmHeapBytes: z.int(),
  /** Live tensors of the isolate; constant between requests. */
  tensorCount: z.int(),
});
export type HealthAnswer = z.infer<typeof healthAnswer>;

/** Every refusal (RFC 9457), `application/problem+json`; facts of the occurrence come beside these. */
export const problemAnswer = z.looseObject({
  type: z.url(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
});
export type ProblemAnswer = z.infer<typeof problemAnswer>;
