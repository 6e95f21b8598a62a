/** What can be asked, once: the OpenAPI document and the page at /docs derive from these rows. */
import * as z from 'zod';
import type { ProblemCode } from '../errors.ts';
import {
  classifyAnswer,
  classifyResults,
  embedAnswer,
  embedResults,
  explainAnswer,
  explainResults,
  healthAnswer,
  modelAnswer,
  modelsAnswer,
} from './answers.ts';
import { huggingFaceAnswer, huggingFaceBody } from './hugging-face.ts';
import {
  inferAnswer,
  inferBody,
  liveAnswer,
  modelMetadataAnswer,
  modelReadyAnswer,
  readyAnswer,
  serverMetadataAnswer,
} from './open-inference.ts';
import { operationParameters, type ParameterName, parameters } from './parameters.ts';
import { photosBody } from './photos.ts';
import { metadataAnswer, predictAnswer, predictBody, statusAnswer } from './tf-serving.ts';

/** A part of a path that stands for a name. */
export interface PathParameter {
  readonly name: string;
  readonly description: string;
  readonly example: string;
}

/** A request's or an answer's content by media type: a schema, or what bytes or text there are. */
export type Content = Readonly<Record<string, z.ZodType | string>>;

export interface Operation {
  /** Unique; clients that are generated call their functions by it. */
  readonly id: string;
  readonly method: 'get' | 'post';
  /** With path parameters in braces. */
  readonly path: string;
  /** The group that it is listed in. */
  readonly tag: Tag;
  /** A few words. */
  readonly summary: string;
  /** A sentence or more. */
  readonly description: string;
  readonly pathParameters?: readonly PathParameter[];
  readonly parameters?: readonly ParameterName[];
  readonly body?: Content;
  readonly answer: Content;
  /** What can be refused beside `internal`. */
  readonly problems: readonly ProblemCode[];
  /** Whether access rules, the rate limit and the waiting room stand before it. */
  readonly isGuarded: boolean;
}

/** Groups of operations, in the order in which they are listed. */
export const tags = {
  photos: 'Classify, embed and explain photos.',
  models: 'What answers, and whether it does.',
  compatible: 'For clients of other servers, which find here what they know.',
  documentation: 'What this is, for people and programs.',
} as const;
export type Tag = keyof typeof tags;

/** Refusals of everything that reads photos. */
const photoProblems: readonly ProblemCode[] = [
  'invalid-parameter',
  'empty-body',
  'invalid-multipart',
  'invalid-json',
  'too-many-images',
  'upload-interrupted',
  'unauthorized',
  'forbidden',
  'origin-not-allowed',
  'challenge-failed',
  'model-not-found',
  'upload-too-slow',
  'payload-too-large',
  'unsupported-media-type',
  'image-too-large',
  'image-decode-failed',
  'remote-fetch-failed',
  'rate-limited',
  'overloaded',
  'challenge-unavailable',
  'model-unavailable',
];

/** Ways to send photos, with an operation's parameters. */
function photoBody(name: string, names: readonly ParameterName[]): Content {
  const members = Object.fromEntries(
    names.map((name) => [name, parameters[name].schema.optional()]),
  );
  const json = z.object({ ...photosBody.shape, ...members }).meta({
    id: `${name}Body`,
    description:
      '`{"image": "<base64 or data URL>"}`, `{"url": "https://..."}` or `{"images": [...]}` of either, with parameters beside them.',
  });
  const form = z
    .object({
      image: z.array(z.string().meta({ contentMediaType: 'application/octet-stream' })),
      ...members,
    })
    .meta({
      id: `${name}Form`,
      description: 'One file or many in the field `image`, and parameters as text fields.',
    });
  return {
    'image/*': 'The bytes of one photo: JPEG, PNG, WebP, GIF or BMP, whatever the type says.',
    'multipart/form-data': form,
    'application/json': json,
  };
}

const modelName: PathParameter = {
  name: 'name',
  description: 'Of the model.',
  example: 'mobilenet_v2_1.0_224',
};

const photoBytes = 'The bytes of one photo.';

export const operations: readonly Operation[] = [
  {
    id: 'classify',
    method: 'post',
    path: '/v1/classify',
    tag: 'photos',
    summary: 'Say what photos show',
    description:
      'One photo is answered with its predictions, many (up to 32) with `results` in their order, each with its predictions or its own `problem`. Browsers that post a form get a page, and `Accept: text/plain` a table for a terminal.',
    parameters: operationParameters.classify,
    body: photoBody('Classify', operationParameters.classify),
    answer: {
      'application/json': z.union([classifyAnswer, classifyResults]),
      'text/html': 'A page with the answer.',
      'text/plain': 'A table for a terminal.',
    },
    problems: photoProblems,
    isGuarded: true,
  },
  {
    id: 'embed',
    method: 'post',
    path: '/v1/embed',
    tag: 'photos',
    summary: 'Turn photos into vectors',
    description:
      "The 1280 numbers before the classifier, for search, duplicates and classes of one's own. Photos that show alike things have a cosine near 1.",
    parameters: operationParameters.embed,
    body: photoBody('Embed', operationParameters.embed),
    answer: { 'application/json': z.union([embedAnswer, embedResults]) },
    problems: photoProblems,
    isGuarded: true,
  },
  {
    id: 'explain',
    method: 'post',
    path: '/v1/explain',
    tag: 'photos',
    summary: 'Show where in a photo a class is seen',
    description:
      'The class activation map, without gradients: a grid of 7 x 7, or with `Accept: image/png` the photo, upright, with the map over it.',
    parameters: operationParameters.explain,
    body: photoBody('Explain', operationParameters.explain),
    answer: {
      'application/json': z.union([explainAnswer, explainResults]),
      'image/png': 'The upright photo, sides of at most 1024 pixels, with the map over it.',
      'text/html': 'A page with the picture.',
    },
    problems: photoProblems,
    isGuarded: true,
  },
  {
    id: 'listModels',
    method: 'get',
    path: '/v1/models',
    tag: 'models',
    summary: 'List the models',
    description: 'Every model that can answer, with its licence, source and hash.',
    answer: { 'application/json': modelsAnswer },
    problems: ['model-unavailable'],
    isGuarded: false,
  },
  {
    id: 'getModel',
    method: 'get',
    path: '/v1/models/{name}',
    tag: 'models',
    summary: 'Describe a model',
    description:
      'The same for one model; also the status that clients of TensorFlow Serving ask for.',
    pathParameters: [modelName],
    answer: { 'application/json': modelAnswer },
    problems: ['model-not-found', 'model-unavailable'],
    isGuarded: false,
  },
  {
    id: 'getHealth',
    method: 'get',
    path: '/healthz',
    tag: 'models',
    summary: 'Say whether photos can be classified',
    description: 'Status 200 while the network is loaded, with what it holds.',
    answer: { 'application/json': healthAnswer },
    problems: ['model-unavailable'],
    isGuarded: false,
  },
  {
    id: 'huggingFaceClassify',
    method: 'post',
    path: '/models/{name}',
    tag: 'compatible',
    summary: "Hugging Face's image classification",
    description:
      'For `@huggingface/inference` and its like, with this address as `endpointUrl`; `POST /` is the same with the only model.',
    pathParameters: [modelName],
    body: { 'image/*': photoBytes, 'application/json': huggingFaceBody },
    answer: { 'application/json': huggingFaceAnswer },
    problems: photoProblems,
    isGuarded: true,
  },
  {
    id: 'tfServingPredict',
    method: 'post',
    path: '/v1/models/{name}:predict',
    tag: 'compatible',
    summary: "TensorFlow Serving's prediction",
    description:
      'Photos as `{"b64": "..."}`, by rows (`instances`) or by columns (`inputs`). The 1000 `probabilities` of a photo are in order of the class index, without a "background" before them. The status of a model is part of `GET /v1/models/{name}`. Also at `/v1/models/{name}/versions/1:predict`.',
    pathParameters: [modelName],
    body: { 'application/json': predictBody },
    answer: { 'application/json': predictAnswer },
    problems: photoProblems,
    isGuarded: true,
  },
  {
    id: 'tfServingStatus',
    method: 'get',
    path: '/v1/models/{name}/versions/1',
    tag: 'compatible',
    summary: "TensorFlow Serving's status of a version",
    description: 'Each model has one version.',
    pathParameters: [modelName],
    answer: { 'application/json': statusAnswer },
    problems: ['model-not-found', 'model-unavailable'],
    isGuarded: false,
  },
  {
    id: 'tfServingMetadata',
    method: 'get',
    path: '/v1/models/{name}/metadata',
    tag: 'compatible',
    summary: "TensorFlow Serving's metadata of a model",
    description:
      'The tensors of the one signature. Also at `/v1/models/{name}/versions/1/metadata`.',
    pathParameters: [modelName],
    answer: { 'application/json': metadataAnswer },
    problems: ['model-not-found', 'model-unavailable'],
    isGuarded: false,
  },
  {
    id: 'openInferenceServer',
    method: 'get',
    path: '/v2',
    tag: 'compatible',
    summary: 'Open Inference Protocol: the server',
    description: 'Name, version and extensions of the server.',
    answer: { 'application/json': serverMetadataAnswer },
    problems: [],
    isGuarded: false,
  },
  {
    id: 'openInferenceLive',
    method: 'get',
    path: '/v2/health/live',
    tag: 'compatible',
    summary: 'Open Inference Protocol: liveness',
    description: 'Status 200 while requests are answered.',
    answer: { 'application/json': liveAnswer },
    problems: [],
    isGuarded: false,
  },
  {
    id: 'openInferenceReady',
    method: 'get',
    path: '/v2/health/ready',
    tag: 'compatible',
    summary: 'Open Inference Protocol: readiness',
    description: 'Status 200 while the network is loaded.',
    answer: { 'application/json': readyAnswer },
    problems: ['model-unavailable'],
    isGuarded: false,
  },
  {
    id: 'openInferenceModel',
    method: 'get',
    path: '/v2/models/{name}',
    tag: 'compatible',
    summary: 'Open Inference Protocol: a model',
    description:
      'Its tensors. This, `/ready` and `/infer` exist under `/v2/models/{name}/versions/1`, too.',
    pathParameters: [modelName],
    answer: { 'application/json': modelMetadataAnswer },
    problems: ['model-not-found', 'model-unavailable'],
    isGuarded: false,
  },
  {
    id: 'openInferenceModelReady',
    method: 'get',
    path: '/v2/models/{name}/ready',
    tag: 'compatible',
    summary: "Open Inference Protocol: a model's readiness",
    description: 'Status 200 while the model answers.',
    pathParameters: [modelName],
    answer: { 'application/json': modelReadyAnswer },
    problems: ['model-not-found', 'model-unavailable'],
    isGuarded: false,
  },
  {
    id: 'openInferenceInfer',
    method: 'post',
    path: '/v2/models/{name}/infer',
    tag: 'compatible',
    summary: 'Open Inference Protocol: inference',
    description:
      'One tensor of photos (`BYTES`, each as base64) or of inputs (`FP32`, [n, 224, 224, 3], RGB, `value / 127.5 - 1`). Outputs are all that the model has, unless `outputs` names some.',
    pathParameters: [modelName],
    body: { 'application/json': inferBody },
    answer: { 'application/json': inferAnswer },
    problems: photoProblems,
    isGuarded: true,
  },
  {
    id: 'getProblem',
    method: 'get',
    path: '/problems/{code}',
    tag: 'documentation',
    summary: 'Explain a problem',
    description: 'What a code means and what to do; the `type` of every problem leads here.',
    pathParameters: [{ name: 'code', description: 'Of the problem.', example: 'image-too-large' }],
    answer: {
      'application/json': z
        .strictObject({ code: z.string(), status: z.int(), title: z.string(), advice: z.string() })
        .meta({ id: 'ProblemType' }),
      'text/html': 'The same as a page.',
      'text/plain': 'The same as text.',
    },
    problems: ['not-found'],
    isGuarded: false,
  },
  {
    id: 'getOpenApi',
    method: 'get',
    path: '/openapi.json',
    tag: 'documentation',
    summary: 'Describe the API to programs',
    description: 'This document (OpenAPI 3.1).',
    answer: {
      'application/json': z
        .looseObject({ openapi: z.literal('3.1.1') })
        .meta({ id: 'OpenApiDocument' }),
    },
    problems: [],
    isGuarded: false,
  },
  {
    id: 'getDocumentation',
    method: 'get',
    path: '/docs',
    tag: 'documentation',
    summary: 'Describe the API to people',
    description: 'The same as a page, with an example for each operation.',
    answer: { 'text/html': 'A page.' },
    problems: [],
    isGuarded: false,
  },
];
