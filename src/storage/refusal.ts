import { AppError, type ProblemCode, type ProblemFacts } from '../errors.ts';

/** What came of work in another isolate: errors lose their class on the way, so a refusal travels as data. */
export type Settled<T> =
  | { readonly value: T }
  | {
      readonly refusal: {
        readonly code: ProblemCode;
        readonly message: string;
        readonly facts: ProblemFacts;
        readonly retryAfterSeconds: number | undefined;
      };
    };

/** Does the work, and packs a refusal; defects are thrown. */
export async function settle<T>(work: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // The cause does not travel, and belongs into a log.
    if (error.cause !== undefined) console.error(error);
    const { code, message, facts, retryAfterSeconds } = error;
    return { refusal: { code, message, facts, retryAfterSeconds } };
  }
}

/** Unpacks what {@link settle} packed. */
export function unsettle<T>(settled: Settled<T>): T {
  if ('value' in settled) return settled.value;
  const { code, message, facts, retryAfterSeconds } = settled.refusal;
  throw new AppError(code, message, {
    facts,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
