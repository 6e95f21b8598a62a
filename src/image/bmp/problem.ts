import { AppError } from '../../errors.ts';

/** A refusal of a BMP file: what is wrong with it. */
export function bmpProblem(why: string): AppError {
  return new AppError('image-decode-failed', why, { facts: { format: 'bmp' } });
}
