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
      'Send the bytes of a photo as the body, or a form (multipart/form-data) with the photo in the field `image`.',
  },
  'invalid-multipart': {
    status: 400,
    title: 'The form is not valid',
    advice: 'Send multipart/form-data with exactly one file, in the field `image`.',
  },
  'upload-interrupted': {
    status: 400,
    title: 'The request ended before its body did',
    advice: 'Send the request again, all of it.',
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
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take this method',
    advice: 'Use one of the methods in the `Allow` header.',
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
  'image-decode-failed': {
    status: 422,
    title: 'The photo is damaged or uses an unusual variant of its format',
    advice: 'Open the photo in any image program and save it again.',
  },
  'model-unavailable': {
    status: 503,
    title: 'The network is not available',
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
 * @param options `facts` go into the answer beside the message; `cause` stays inside
 */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly facts: ProblemFacts;

  constructor(
    code: ProblemCode,
    message: string,
    options: { facts?: ProblemFacts; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.facts = options.facts ?? {};
  }
}
