import { AppError } from '../errors.ts';
import type { ModelPointer } from './model-pointer.ts';

/** A deleted model is kept for so long. */
export const deletedKeptDays = 30;
export const deletedKeptMs = deletedKeptDays * 86_400_000;

/**
 * When a deleted model is erased.
 *
 * @param deletedAt milliseconds since 1970, as what is answered
 */
export function erasedAt(deletedAt: number): number {
  return deletedAt + deletedKeptMs;
}

/** Whether a model is to be erased. */
export function isOver({ deletedAt }: ModelPointer, now: number): boolean {
  return deletedAt !== null && erasedAt(deletedAt) <= now;
}

/** @throws AppError `model-deleted` where it is */
export function refuseDeleted(name: string, pointer: ModelPointer | undefined): void {
  if (pointer === undefined || pointer.deletedAt === null) return;
  throw new AppError(
    'model-deleted',
    `${name} was deleted at ${new Date(pointer.deletedAt).toISOString()}. POST /v1/models/${name}/restore brings it back; DELETE /v1/models/${name}?permanent=true frees the name.`,
    { facts: { erasedAt: new Date(erasedAt(pointer.deletedAt)).toISOString() } },
  );
}
