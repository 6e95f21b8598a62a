import * as z from 'zod';

/** A whole number of millions in an environment variable, as ones. */
function millions(unit: string, fallback: number, most: number) {
  return z.coerce
    .number({ error: `Expected a whole number of ${unit} from 1 to ${most}` })
    .int()
    .min(1)
    .max(most)
    .default(fallback)
    .transform((count) => count * 1_000_000);
}

const variables = z.object({
  /** Largest request body. */
  PETAL_MAX_UPLOAD_MB: millions('megabytes', 20, 100),
  /** Largest photo. */
  PETAL_MAX_MEGAPIXELS: millions('megapixels', 50, 1000),
  /**
   * Most memory for decoding one photo: what an isolate's 128 MB leave beside
   * the WASM memory (60), JavaScript's heap (12) and uploads.
   */
  PETAL_MAX_DECODE_MB: millions('megabytes', 48, 4000),
});

/** Everything about a deployment that can be set, from the Worker's variables. */
export interface Config {
  readonly maxUploadBytes: number;
  readonly maxPixels: number;
  readonly maxDecodeBytes: number;
}

/**
 * @param environment variables by name; those that Petal doesn't know are ignored
 * @throws Error that names each variable with a value that is not valid
 */
export function readConfig(environment: unknown): Config {
  const read = variables.safeParse(environment);
  if (!read.success)
    throw new Error(`Petal's variables are not valid.\n${z.prettifyError(read.error)}`);
  return Object.freeze({
    maxUploadBytes: read.data.PETAL_MAX_UPLOAD_MB,
    maxPixels: read.data.PETAL_MAX_MEGAPIXELS,
    maxDecodeBytes: read.data.PETAL_MAX_DECODE_MB,
  });
}
