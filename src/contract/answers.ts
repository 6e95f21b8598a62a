/** What answers hold, as zod schemas from which the types derive. Members are in camelCase. */
import * as z from 'zod';
import { type ProblemCode, problems } from '../errors.ts';
import { type FormatName, formats } from '../image/formats.ts';
import { orientations } from '../image/orientation.ts';
import { kernelLevels } from '../mobilenet/kernel-level.ts';

const probability = z.number().min(0).max(1);
const label = z.string().meta({ examples: ['daisy'] });
const wnid = z
  .string()
  .regex(/^n\d{8}$/)
  .meta({ description: 'WordNet 3.0 id', examples: ['n11939491'] });
const model = z.string().meta({ examples: ['mobilenet_v2_1.0_224'] });
const version = z.int().min(1).meta({ description: "Of a user's model." });

/** Rows from the top of the photo, each from left to right. */
const heatmap = z
  .array(z.array(z.number().min(0).max(1)).length(7))
  .length(7)
  .meta({
    description:
      'Rows from the top of what the network looked at: how much each part speaks for the class: 1 most, 0 not at all.',
  });

const embedding = z.array(z.number()).length(1280);

/** Every refusal (RFC 9457), `application/problem+json`; facts of the occurrence come beside these. */
export const problemAnswer = z
  .looseObject({
    type: z.url(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
  })
  .meta({ id: 'Problem' });
export type ProblemAnswer = z.infer<typeof problemAnswer>;

export const prediction = z
  .strictObject({
    label,
    wnid: wnid.optional().meta({ description: "WordNet 3.0 id, of ImageNet's classes" }),
    index: z.int().min(0).max(999),
    probability,
    ancestors: z
      .array(z.strictObject({ label: z.string(), wnid }))
      .optional()
      .meta({ description: 'Nearest first; with `include=ancestors`.' }),
    heatmap: heatmap.optional(),
  })
  .meta({ id: 'Prediction' });

export const imageFacts = z
  .strictObject({
    format: z.enum(Object.keys(formats) as [FormatName, ...FormatName[]]),
    width: z.int().min(1),
    height: z.int().min(1),
    orientation: z
      .literal(orientations)
      .meta({ description: 'As the file stores the photo; all else is of it upright.' }),
    truncated: z
      .literal(true)
      .optional()
      .meta({ description: 'Some of the file was missing or damaged.' }),
  })
  .meta({ id: 'ImageFacts' });

/** A rectangle of the upright photo, in pixels. */
const region = z
  .strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
  .meta({
    description:
      'What a heatmap covers, in pixels of the upright photo: what the network looked at, and with `fit=pad` the bars around it.',
  });

/** What one model says of one photo. */
const modelClassification = z
  .strictObject({
    model,
    version: version.optional(),
    predictions: z.array(prediction),
    unknown: z.boolean().meta({
      description:
        'Whether the photo probably shows none of the classes: the first answer is not probable enough, or hardly more than the second.',
    }),
    background: probability.optional(),
    embedding: embedding.optional(),
  })
  .meta({ id: 'ModelClassification' });

const aboutPhoto = { image: imageFacts, region: region.optional() };

/** What POST /v1/classify says of one photo. */
export const classifyAnswer = z
  .strictObject({ ...modelClassification.shape, ...aboutPhoto })
  .meta({ id: 'Classification' });
export type ClassifyAnswer = z.infer<typeof classifyAnswer>;

/** What it says where the request names several models. */
export const modelsClassifyAnswer = z
  .strictObject({
    models: z
      .array(modelClassification)
      .meta({ description: "Each model's answer, in the order of the request." }),
    ...aboutPhoto,
  })
  .meta({ id: 'ClassificationByModels' });
export type ModelsClassifyAnswer = z.infer<typeof modelsClassifyAnswer>;

/** What POST /v1/embed says of one photo. */
export const embedAnswer = z
  .strictObject({
    model,
    version: version.optional(),
    embedding: z.union([embedding, z.base64()]),
    dimensions: z.literal(1280),
    image: imageFacts,
  })
  .meta({ id: 'Embedding' });
export type EmbedAnswer = z.infer<typeof embedAnswer>;

/** What POST /v1/explain says of one photo, as JSON. */
export const explainAnswer = z
  .strictObject({
    model,
    version: version.optional(),
    label,
    wnid: wnid.optional(),
    index: z.int().min(0).max(999),
    probability,
    heatmap,
    region,
    image: imageFacts,
  })
  .meta({ id: 'Explanation' });
export type ExplainAnswer = z.infer<typeof explainAnswer>;

/** One photo of many: its answer, or why there is none. */
function result<Answer extends z.ZodObject>(answer: Answer) {
  return z.union([answer, z.strictObject({ problem: problemAnswer })]);
}

/** Answers for many photos, in their order. */
export const classifyResults = z
  .strictObject({
    results: z.array(
      z.union([classifyAnswer, modelsClassifyAnswer, z.strictObject({ problem: problemAnswer })]),
    ),
  })
  .meta({ id: 'Classifications' });
export type ClassifyResults = z.infer<typeof classifyResults>;
export const embedResults = z
  .strictObject({ results: z.array(result(embedAnswer)) })
  .meta({ id: 'Embeddings' });
export type EmbedResults = z.infer<typeof embedResults>;
export const explainResults = z
  .strictObject({ results: z.array(result(explainAnswer)) })
  .meta({ id: 'Explanations' });
export type ExplainResults = z.infer<typeof explainResults>;

/** Answer of GET /healthz while the network is loaded. */
export const healthAnswer = z
  .strictObject({
    status: z.literal('ok'),
    model,
    kernels: z
      .enum(kernelLevels)
      .meta({
        description:
          'Instruction level of the int8 kernels that run; missing where the network calculates in float32.',
      })
      .optional(),
    wasmHeapBytes: z.int().meta({
      description:
        'Size of the WASM memory; it never shrinks, and stops growing after the first photo.',
    }),
    tensorCount: z
      .int()
      .meta({ description: 'Live tensors of the isolate; constant between requests.' }),
  })
  .meta({ id: 'Health' });
export type HealthAnswer = z.infer<typeof healthAnswer>;

/** Answer of GET /v1/access. */
export const accessAnswer = z
  .strictObject({
    scopes: z.array(z.enum(['classify', 'train'])).meta({
      description:
        '`classify` asks what photos show; `train` makes and changes models. Empty for those who need a key and send none.',
    }),
    turnstileSiteKey: z
      .string()
      .meta({
        description: 'There where this caller has to pass Turnstile: the site key of its widget.',
      })
      .optional(),
  })
  .meta({ id: 'Access' });
export type AccessAnswer = z.infer<typeof accessAnswer>;
