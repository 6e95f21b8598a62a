import * as z from 'zod';
import { type Arithmetic, arithmetics } from './mobilenet/arithmetic.ts';

/** The most characters of a value that an error quotes. */
const longestQuote = 40;

/** A whole number of millions in an environment variable, as ones. */
function millions(unit: string, fallback: number, most: number) {
  return count(unit, fallback, most).transform((millions) => millions * 1_000_000);
}

function count(unit: string, fallback: number, most: number, least = 1) {
  const error = `Expected a whole number of ${unit} from ${least} to ${most}`;
  return number(z.coerce.number({ error }).int(error).min(least, error).max(most, error), fallback);
}

function share(fallback: number) {
  const error = 'Expected a number from 0 to 1';
  return number(z.coerce.number({ error }).min(0, error).max(1, error), fallback);
}

/** An empty text is no number, although it would become 0. */
function number(schema: z.ZodCoercedNumber, fallback: number) {
  return z.preprocess((value) => (value === '' ? Number.NaN : value), schema).default(fallback);
}

function choice<const Names extends readonly [string, ...string[]]>(
  names: Names,
  fallback: Names[number],
) {
  const error = `Expected one of ${names.join(', ')}`;
  return z.enum(names, { error }).default(() => fallback as never);
}

const variables = z.object({
  /** Largest request body. */
  PETAL_MAX_UPLOAD_MB: millions('megabytes', 20, 100),
  /** Largest photo. */
  PETAL_MAX_MEGAPIXELS: millions('megapixels', 50, 1000),
  /**
   * Most memory for decoding one photo: what an isolate's 128 MB leave beside
   * the WASM memory (16, in float32 60), JavaScript's heap (12) and uploads, with room to spare.
   */
  PETAL_MAX_DECODE_MB: millions('megabytes', 48, 4000),
  /** Requests that are worked on, or wait, at once; more are turned away. */
  PETAL_MAX_IN_FLIGHT: count('requests', 64, 10_000),
  /** Memory that the bodies of all requests together may take, beside that of the oldest. */
  PETAL_MAX_UPLOADS_MB: millions('megabytes', 8, 1000),
  /** Largest file of a user's model; KV's values end at 25 MiB. */
  PETAL_MAX_MODEL_MB: millions('megabytes', 12, 25),
  /** How long a request waits for memory before it is turned away. */
  PETAL_MAX_WAIT_SECONDS: count('seconds', 10, 300),
  /** How long a body may take to arrive. */
  PETAL_UPLOAD_TIMEOUT_SECONDS: count('seconds', 60, 3600),
  /** Whether requests may name photos by their address. */
  PETAL_REMOTE_URLS: choice(['off', 'on'], 'off'),
  /** How long fetching one photo may take. */
  PETAL_REMOTE_TIMEOUT_SECONDS: count('seconds', 10, 300),
  /** Where names are looked up, so that none leads to a private address. */
  PETAL_RESOLVER_URL: z
    .url({ error: 'Expected an address' })
    .default('https://cloudflare-dns.com/dns-query'),
  /** Below these the answer is `unknown`; model/README.md has the measurement that chose them. */
  PETAL_UNKNOWN_PROBABILITY: share(0.25),
  PETAL_UNKNOWN_MARGIN: share(0.15),
  /** How long a client that was turned away by the rate limit is asked to wait: the binding's period. */
  PETAL_RATE_LIMIT_SECONDS: count('seconds', 60, 3600),
  /** How long a result is kept for the next who asks the same. */
  PETAL_CACHE_SECONDS: count('seconds', 86_400, 31_536_000, 0),
  /** What the network calculates with. */
  PETAL_ARITHMETIC: choice(arithmetics, 'int8'),
  /** Whether each request is logged, as one line of JSON. */
  PETAL_LOG: choice(['on', 'off'], 'on'),
});

/** Names of the variables that {@link readConfig} reads. */
export const configVariableNames: readonly string[] = Object.keys(variables.shape);

/** Everything about a deployment that can be set, from the Worker's variables. */
export interface Config {
  readonly maxUploadBytes: number;
  readonly maxPixels: number;
  readonly maxDecodeBytes: number;
  readonly maxInFlight: number;
  readonly maxUploadsBytes: number;
  readonly maxModelBytes: number;
  readonly maxWaitMs: number;
  readonly uploadTimeoutMs: number;
  readonly allowsRemoteUrls: boolean;
  readonly remoteTimeoutMs: number;
  readonly resolverUrl: string;
  /** 0..1 */
  readonly unknownProbability: number;
  /** 0..1 */
  readonly unknownMargin: number;
  readonly rateLimitSeconds: number;
  /** 0 keeps nothing. */
  readonly cacheSeconds: number;
  readonly logsRequests: boolean;
  readonly arithmetic: Arithmetic;
}

/**
 * @param environment variables by name; those that Petal doesn't know are ignored
 * @throws Error that names each variable with a value that is not valid
 */
export function readConfig(environment: unknown): Config {
  const read = variables.safeParse(environment);
  if (!read.success) {
    throw new Error(read.error.issues.map((issue) => explain(issue, environment)).join('\n'));
  }
  const { data } = read;
  return Object.freeze({
    maxUploadBytes: data.PETAL_MAX_UPLOAD_MB,
    maxPixels: data.PETAL_MAX_MEGAPIXELS,
    maxDecodeBytes: data.PETAL_MAX_DECODE_MB,
    maxInFlight: data.PETAL_MAX_IN_FLIGHT,
    maxUploadsBytes: data.PETAL_MAX_UPLOADS_MB,
    maxModelBytes: data.PETAL_MAX_MODEL_MB,
    maxWaitMs: data.PETAL_MAX_WAIT_SECONDS * 1000,
    uploadTimeoutMs: data.PETAL_UPLOAD_TIMEOUT_SECONDS * 1000,
    allowsRemoteUrls: data.PETAL_REMOTE_URLS === 'on',
    remoteTimeoutMs: data.PETAL_REMOTE_TIMEOUT_SECONDS * 1000,
    resolverUrl: data.PETAL_RESOLVER_URL,
    unknownProbability: data.PETAL_UNKNOWN_PROBABILITY,
    unknownMargin: data.PETAL_UNKNOWN_MARGIN,
    rateLimitSeconds: data.PETAL_RATE_LIMIT_SECONDS,
    cacheSeconds: data.PETAL_CACHE_SECONDS,
    logsRequests: data.PETAL_LOG === 'on',
    arithmetic: data.PETAL_ARITHMETIC,
  });
}

/** A value that is not valid, in a sentence. None of these variables is a secret. */
function explain({ path, message }: z.core.$ZodIssue, environment: unknown): string {
  const name = String(path[0]);
  const value = String((environment as Record<string, unknown>)[name]);
  const expected = message.replace(/^E/, 'e');
  return `${name} is not valid: ${expected}, but it is "${value.slice(0, longestQuote)}".`;
}
