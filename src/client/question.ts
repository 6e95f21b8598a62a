import { type CallOptions, queryOf } from './options.ts';
import { errorOfProblem, PetalError, type PetalErrorCode } from './petal-error.ts';
import { type Batch, type BatchLimits, bodyOf, type Photo, splitPhotos } from './photo.ts';
import { type Call, readJson, type Transport, unexpectedAnswer } from './transport.ts';

/** What came of one photo of many. */
export type Result<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly error: PetalError };

/** Asks about one photo, or about many, of which each has its own result, in their order. */
export interface Question<Options, Answer> {
  /** @throws PetalError; the signal's reason where that is aborted */
  (photo: Photo, options?: Options): Promise<Answer>;
  /**
   * Any number of photos: they are sent in several requests, one after another, where one can't hold
   * them. A request that fails fails its photos only, unless all would fail for the same reason.
   *
   * @throws PetalError where no photo can be answered: a wrong key, a wrong parameter
   * @throws the signal's reason where that is aborted
   */
  (photos: readonly Photo[], options?: Options): Promise<Result<Answer>[]>;
}

/** Refusals that every photo of the list would meet. */
const refusalsOfAll: readonly PetalErrorCode[] = [
  'invalid-parameter',
  'unauthorized',
  'forbidden',
  'origin-not-allowed',
  'challenge-failed',
  'not-found',
  'model-not-found',
  'method-not-allowed',
];

/** What an operation says of each photo. */
export interface Operation<Answer> {
  /** Relative to the address of Petal. */
  readonly path: string;
  /** Parameters beside the caller's options, as the wire has them. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What the JSON about one photo means; undefined where it is something else. */
  read(value: object): Answer | undefined;
}

/** The question that an operation answers. */
export function questionOf<Options extends CallOptions, Answer>(
  transport: Transport,
  limits: BatchLimits,
  operation: Operation<Answer>,
): Question<Options, Answer> {
  const ask: Ask<Answer> = (photos, options) => {
    const call = callOf(operation.path, photos, options);
    for (const [name, value] of Object.entries(operation.parameters ?? {})) {
      call.query.set(name, value);
    }
    return transport.send(call, (response) => readResults(response, photos.length, operation));
  };
  async function question(photo: Photo, options?: Options): Promise<Answer>;
  async function question(photos: readonly Photo[], options?: Options): Promise<Result<Answer>[]>;
  async function question(
    asked: Photo | readonly Photo[],
    options: CallOptions = {},
  ): Promise<Answer | Result<Answer>[]> {
    if (isList(asked)) return await askMany(ask, splitPhotos(asked, limits), options);
    const [result] = await ask([asked], options);
    if (!result.ok) throw result.error;
    return result.answer;
  }
  return question;
}

type Ask<Answer> = (photos: readonly Photo[], options: CallOptions) => Promise<Result<Answer>[]>;

async function askMany<Answer>(
  ask: Ask<Answer>,
  batches: readonly Batch[],
  options: CallOptions,
): Promise<Result<Answer>[]> {
  const results: Result<Answer>[] = [];
  for (const { photos, places } of batches) {
    options.signal?.throwIfAborted();
    const answered = await ask(photos, options).catch((error: unknown) => {
      if (!(error instanceof PetalError) || refusalsOfAll.includes(error.code)) throw error;
      return photos.map((): Result<Answer> => ({ ok: false, error }));
    });
    for (const [i, result] of answered.entries()) results[places[i]] = result;
  }
  return results;
}

/** The request about photos of one kind. */
export function callOf(path: string, photos: readonly Photo[], options: CallOptions) {
  const { body, headers } = bodyOf(photos);
  const { signal, challengeToken } = options;
  return {
    path,
    query: queryOf(options),
    body,
    headers: {
      ...headers,
      ...(challengeToken === undefined ? {} : { 'cf-turnstile-response': challengeToken }),
    },
    signal,
  } satisfies Call;
}

/** One photo is answered with an object, many with `results`. */
async function readResults<Answer>(
  response: Response,
  count: number,
  operation: Operation<Answer>,
): Promise<Result<Answer>[]> {
  const value = await readJson(response);
  const isMany = isObject(value) && 'results' in value;
  const items: unknown[] = isMany && Array.isArray(value.results) ? value.results : [value];
  if (items.length !== count) throw unexpectedAnswer(response);
  return items.map((item) => {
    if (!isObject(item)) throw unexpectedAnswer(response);
    const error = 'problem' in item ? errorOfProblem(item.problem) : undefined;
    if (error !== undefined) return { ok: false, error };
    const answer = operation.read(item);
    if (answer === undefined) throw unexpectedAnswer(response);
    return { ok: true, answer };
  });
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isList(asked: Photo | readonly Photo[]): asked is readonly Photo[] {
  return Array.isArray(asked);
}
