import type { ProblemCode } from '../errors.ts';

/** What went wrong without an answer of Petal's. */
export type TransportCode =
  /** No answer came: the network failed, or the browser doesn't let the page see it. */
  | 'network'
  /** No answer came in time. */
  | 'timeout'
  /** Something else than Petal answered, a proxy's error page for one. */
  | 'unexpected-answer';

/** What callers branch on. A newer Petal may have codes that are not among these. */
export type PetalErrorCode = ProblemCode | TransportCode;

/** What is known of a failure beside its sentence. */
export interface PetalErrorDetails {
  readonly code: PetalErrorCode;
  readonly title: string;
  readonly status?: number | undefined;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** A refusal of Petal's, or why there was no answer of Petal's. Branch on `code`; show `detail`. */
export class PetalError extends Error {
  override readonly name = 'PetalError';
  /** `GET /problems/{code}` explains those of Petal's. */
  readonly code: PetalErrorCode;
  /** What happened, the same for every occurrence of the code. */
  readonly title: string;
  /** What was wrong this time, and what would be right; also the `message`. */
  readonly detail: string;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** What a program can act on, by name: `limitBytes`, `parameter`, `models` ... */
  readonly facts: Readonly<Record<string, unknown>>;
  /** By which the operator finds the request in the log. */
  readonly requestId: string | undefined;
  /** After how many seconds Petal asks to try again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(detail: string, details: PetalErrorDetails) {
    super(detail, { cause: details.cause });
    this.code = details.code;
    this.title = details.title;
    this.detail = detail;
    this.status = details.status;
    this.facts = details.facts ?? {};
    this.requestId = details.requestId;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/**
 * The error that a problem document (RFC 9457) describes.
 *
 * @param response what carried it; missing for the problem of one photo of many
 * @returns undefined where the value is no problem of Petal's
 */
export function errorOfProblem(value: unknown, response?: Response): PetalError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, title, status, detail, code, ...facts } = value as Record<string, unknown>;
  if (typeof code !== 'string' || typeof title !== 'string') return undefined;
  if (typeof status !== 'number' || typeof detail !== 'string') return undefined;
  return new PetalError(detail, {
    code: code as PetalErrorCode,
    title,
    status,
    facts,
    requestId: response?.headers.get('X-Request-Id') ?? undefined,
    retryAfterSeconds: response === undefined ? undefined : retryAfterSeconds(response),
  });
}

/** `Retry-After` (RFC 9110, 10.2.3), which is a number of seconds or a date. */
export function retryAfterSeconds({ headers }: Response): number | undefined {
  const text = headers.get('Retry-After')?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : Math.max(0, (timeMs - Date.now()) / 1000);
}
