import { AppError } from '../../errors.ts';

/** A refusal of a WebP file: what is wrong with it. */
export function webpProblem(why: string): AppError {
  return new AppError('image-decode-failed', why, { facts: { format: 'webp' } });
}
