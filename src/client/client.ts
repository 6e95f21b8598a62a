/** `petal/client`: asks a Petal from pages and from Node.js, with nothing but what the web has. */
import type {
  ClassifyAnswer,
  ExplainAnswer,
  HealthAnswer,
  ModelsClassifyAnswer,
} from '../contract/answers.ts';
import type { CustomModelSummary, ModelAnswer, ModelsAnswer } from '../contract/models.ts';
import { decodeEmbedding } from './embedding.ts';
import type {
  CallOptions,
  ClassifyOptions,
  EmbedOptions,
  ExplainOptions,
  ModelsClassifyOptions,
} from './options.ts';
import type { Photo } from './photo.ts';
import { callOf, isObject, type Question, questionOf } from './question.ts';
import { readJson, Transport, unexpectedAnswer } from './transport.ts';

export type {
  ClassifyAnswer,
  ExplainAnswer,
  HealthAnswer,
  ModelsClassifyAnswer,
} from '../contract/answers.ts';
export type { CustomModelSummary, ModelAnswer } from '../contract/models.ts';
export type { Inclusion } from '../contract/parameters.ts';
/** Type of the whole API, for `hc<PetalApp>()` of `hono/client`. */
export type { PetalApp } from '../http/app.ts';
export type {
  CallOptions,
  ClassifyOptions,
  EmbedOptions,
  ExplainOptions,
  ModelsClassifyOptions,
  PhotoOptions,
} from './options.ts';
export { PetalError, type PetalErrorCode, type TransportCode } from './petal-error.ts';
export type { Photo } from './photo.ts';
export type { Question, Result } from './question.ts';

/** Where Petal is, and how it is asked. */
export interface ClientOptions {
  /** Its address, e.g. https://petal.example; a path is kept. */
  readonly url: string | URL;
  /** A key of the deployment. Whoever sees a page sees its key: pages go without, as an origin that is listed. */
  readonly key?: string | undefined;
  /** Sends requests in place of the global `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** How often a request is sent again that was turned away with 429 or 503; 2 by default. */
  readonly retries?: number | undefined;
  /** How long one request may take; 60,000 by default. Waits between do not count. */
  readonly timeoutMs?: number | undefined;
  /** Who is asked to wait for longer before a retry gets the error instead; 60,000 by default. */
  readonly maxRetryWaitMs?: number | undefined;
  /** The most bytes of a request; 20,000,000 by default, as Petal's own PETAL_MAX_UPLOAD_MB. */
  readonly maxRequestBytes?: number | undefined;
}

export interface PetalClient {
  /** What photos show. */
  readonly classify: Question<ClassifyOptions, ClassifyAnswer>;
  /** The same by several models at once, which share the work on each photo. */
  readonly classifyByModels: Question<ModelsClassifyOptions, ModelsClassifyAnswer>;
  /** Photos as vectors of 1280 numbers, to be compared with each other. */
  readonly embed: Question<EmbedOptions, Float32Array>;
  /** Where in photos a class is seen, as numbers. */
  readonly explain: Question<ExplainOptions, ExplainAnswer>;
  /** The same as a picture (PNG): the photo, upright, with the map over it. */
  explainPng(photo: Photo, options?: ExplainOptions): Promise<Blob>;
  /** What can answer, and where it comes from. */
  models(options?: CallOptions): Promise<(ModelAnswer | CustomModelSummary)[]>;
  /** @throws PetalError `model-unavailable` while no photo can be classified */
  health(options?: CallOptions): Promise<HealthAnswer>;
}

/** As src/contract/photos.ts has it, which pages can't load. */
const maxPhotos = 32;

/** @throws TypeError where `url` is none */
export function createClient(options: ClientOptions): PetalClient {
  const { url, key, retries = 2, timeoutMs = 60_000, maxRetryWaitMs = 60_000 } = options;
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options;
  const base = new URL(url);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const transport = new Transport({ url: base, key, fetch, retries, timeoutMs, maxRetryWaitMs });
  const limits = { maxPhotos, maxBytes: options.maxRequestBytes ?? 20_000_000 };

  /** @param member what tells the answer from something else's */
  async function get<Answer>(path: string, member: string, { signal }: CallOptions) {
    return await transport.send({ path, method: 'GET', signal }, async (response) => {
      const value = await readJson(response);
      if (!isObject(value) || !(member in value)) throw unexpectedAnswer(response);
      return value as Answer;
    });
  }

  return {
    classify: questionOf(transport, limits, {
      path: 'v1/classify',
      read: (value) => ('predictions' in value ? (value as ClassifyAnswer) : undefined),
    }),
    classifyByModels: questionOf(transport, limits, {
      path: 'v1/classify',
      read: readByModels,
    }),
    embed: questionOf(transport, limits, {
      path: 'v1/embed',
      // A third of the size of numbers as text.
      parameters: { encoding: 'base64' },
      read: decodeEmbedding,
    }),
    explain: questionOf(transport, limits, {
      path: 'v1/explain',
      read: (value) => ('heatmap' in value ? (value as ExplainAnswer) : undefined),
    }),
    async explainPng(photo, options = {}) {
      const call = callOf('v1/explain', [photo], options);
      const headers = { ...call.headers, Accept: 'image/png' };
      return await transport.send({ ...call, headers }, async (response) => {
        const picture = await response.blob();
        if (picture.type !== 'image/png') throw unexpectedAnswer(response);
        return picture;
      });
    },
    async models(options = {}) {
      return (await get<ModelsAnswer>('v1/models', 'models', options)).models;
    },
    async health(options = {}) {
      return await get<HealthAnswer>('healthz', 'wasmHeapBytes', options);
    },
  };
}

/** One model alone is answered without a list. */
function readByModels(value: object): ModelsClassifyAnswer | undefined {
  if ('models' in value) return value as ModelsClassifyAnswer;
  if (!('predictions' in value)) return undefined;
  const { image, region, ...answer } = value as ClassifyAnswer;
  return { models: [answer], image, ...(region === undefined ? {} : { region }) };
}
