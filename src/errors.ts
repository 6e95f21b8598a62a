/**
 * What can be refused, once: each row names a refusal, and the type of codes,
 * the HTTP statuses and the documentation derive from the rows.
 *
 * A row's `title` says what happened, `advice` what would be right; both are
 * the same for every occurrence (RFC 9457, 3.1.3). The sentence of a single
 * occurrence is the message of the {@link AppError}.
 */
export const problems = {
  'invalid-parameter': {
    status: 400,
    title: 'A parameter is not valid',
    advice:
      'Correct the parameter that `parameter` names; `detail` says which values are accepted.',
  },
  'empty-body': {
    status: 400,
    title: 'The request holds no photo',
    advice:
      'Send the bytes of a photo as the body, a form (multipart/form-data) with the photo in the field `image`, or JSON with `image` or `url`.',
  },
  'invalid-multipart': {
    status: 400,
    title: 'The form is not valid',
    advice:
      'Send multipart/form-data with one file or several in the field `image`; other fields are parameters.',
  },
  'invalid-json': {
    status: 400,
    title: 'The JSON body is not valid',
    advice:
      'Send {"image": "<base64 or data URL>"}, {"url": "https://..."} or {"images": [...]} of either; `pointer` says which part is wrong.',
  },
  'too-many-images': {
    status: 400,
    title: 'The request holds too many photos',
    advice: 'Send at most `limitImages` photos in one request.',
  },
  'upload-interrupted': {
    status: 400,
    title: 'The request ended before its body did',
    advice: 'Send the request again, all of it.',
  },
  unauthorized: {
    status: 401,
    title: 'The request has no key, or one that is not known here',
    advice: 'Send a key of this deployment as `Authorization: Bearer <key>` or as `x-api-key`.',
  },
  forbidden: {
    status: 403,
    title: 'The key does not allow this',
    advice: 'Use a key that has the scope in `scope`.',
  },
  'origin-not-allowed': {
    status: 403,
    title: 'Pages of this origin may not use this Petal',
    advice:
      'Have the origin added to PETAL_ALLOWED_ORIGINS, or send the request from a server with a key.',
  },
  'host-not-allowed': {
    status: 403,
    title: 'Petal does not answer under this host name',
    advice:
      'Use an address that Petal listens on. Where a name is yours and leads here, allow it: `npm start -- --allowed-host <name>`.',
  },
  'challenge-failed': {
    status: 403,
    title: 'The Turnstile check was not passed',
    advice:
      'Show the Turnstile widget again, and send its token as the form field `cf-turnstile-response` or the header of the same name. Each token is good once, for five minutes.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this address',
    advice: 'See GET / for the addresses that exist.',
  },
  'model-not-found': {
    status: 404,
    title: 'There is no model of this name',
    advice: 'Use one of the names in `models`, or see GET /v1/models.',
  },
  'model-deleted': {
    status: 409,
    title: 'The model was deleted',
    advice:
      'Restore it (POST /v1/models/{name}/restore), free its name (DELETE /v1/models/{name}?permanent=true), or choose another name.',
  },
  'training-in-progress': {
    status: 409,
    title: 'The model is being trained already',
    advice:
      'Try again after the seconds in `Retry-After`. Examples that are added meanwhile are part of the next training.',
  },
  'too-many-examples': {
    status: 422,
    title: 'There are more examples than a model can have',
    advice:
      '`limitExamples` or `limitLabels` says how many it can have here; `petal train`, on your own machine, takes more.',
  },
  'models-not-stored': {
    status: 501,
    title: 'There is no place for models of your own here',
    advice:
      "Add the bindings MODELS and REGISTERED_MODELS to wrangler.toml, as Petal's own has them, and deploy again.",
  },
  'invalid-model': {
    status: 422,
    title: 'The file is not a model that Petal can use',
    advice:
      'Send the .safetensors file that `petal train` wrote; `detail` says what is wrong with this one.',
  },
  'model-mismatch': {
    status: 422,
    title: 'The model was made for another backbone',
    advice: 'Train the model again with the version of Petal that runs here.',
  },
  'not-enough-examples': {
    status: 409,
    title: 'There are not enough examples to train with',
    advice:
      'Add photos until there are two labels at least, and a photo of each; `labels` names those without.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take this method',
    advice: 'Use one of the methods in the `Allow` header.',
  },
  'upload-too-slow': {
    status: 408,
    title: 'The body took too long to arrive',
    advice:
      'Reduce the photo first (a side of 1000 pixels is plenty), or try on a faster connection.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The request is too large',
    advice: 'Send at most `limitBytes` bytes; reduce the photo first.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The file is not of a format that Petal reads',
    advice: 'Convert the photo to one of the media types in `supported`.',
  },
  'image-too-large': {
    status: 422,
    title: 'The photo has too many pixels',
    advice: 'Reduce the photo; the network itself looks at 224 x 224 pixels.',
  },
  'too-much-work': {
    status: 422,
    title: 'Decoding takes too much work',
    advice:
      'Save the photo again as an ordinary JPEG, or reduce it; if the request holds several photos, send fewer of them. `limitUnits` is the most work in units of about a nanosecond.',
  },
  'image-decode-failed': {
    status: 422,
    title: 'The photo is damaged or uses an unusual variant of its format',
    advice: 'Open the photo in any image program and save it again.',
  },
  'remote-fetch-failed': {
    status: 422,
    title: 'The photo could not be fetched from its address',
    advice:
      'Give a public https address without user name and port; `reason` says what was wrong. Or send the bytes of the photo themselves.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    advice: 'Try again after the seconds in `Retry-After`.',
  },
  overloaded: {
    status: 503,
    title: 'Too many requests are being worked on',
    advice: 'Try again after the seconds in `Retry-After`.',
  },
  'challenge-unavailable': {
    status: 503,
    title: 'The Turnstile check could not be made',
    advice:
      'Show the Turnstile widget again and send its new token, after the seconds in `Retry-After`; or send the request with a key.',
  },
  'model-unavailable': {
    status: 503,
    title: 'The network or the model is not available',
    advice: 'Try again after the seconds in `Retry-After`.',
  },
  internal: {
    status: 500,
    title: 'Petal failed',
    advice: 'Try again; if it happens again, report it with the value of `requestId`.',
  },
} as const satisfies Record<string, { status: number; title: string; advice: string }>;

export type ProblemCode = keyof typeof problems;

/** Facts about one refusal that a program can act on: limits, sizes, names. */
export type ProblemFacts = Record<string, string | number | string[]>;

/**
 * A refusal: something outside Petal was wrong, or (for 5xx codes) Petal can
 * say what it lacks. Anything else that is thrown is a defect.
 *
 * @param code the row of {@link problems}; callers branch on it, never on the message
 * @param message one or two sentences for the sender: what was wrong, what would be right
 * @param options `facts` go into the answer beside the message; `retryAfterSeconds` says when it
 *   may have passed; `cause` stays inside
 */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly facts: ProblemFacts;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options: { facts?: ProblemFacts; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.facts = options.facts ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** What a sender wrote, for a sentence: marked as such, and no longer than a sentence bears. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
