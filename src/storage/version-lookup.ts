import { AppError } from '../errors.ts';
import type { ModelPointer, VersionEntry } from './model-pointer.ts';

/** Which models there are instead, the sender of the answer knows. */
export function notFound(name: string): AppError {
  return new AppError('model-not-found', `There is no model ${name} here.`);
}

/** @throws AppError `model-not-found` where there is no such version */
export function versionOf(
  name: string,
  { versions }: Pick<ModelPointer, 'versions'>,
  version: number | null,
): VersionEntry {
  const found = versions.find((entry) => entry.version === version);
  if (found === undefined) throw noVersion(name, versions, `no version ${version}`);
  return found;
}

/**
 * The version before the one that the name stands for.
 *
 * @throws AppError `model-not-found` where there is none
 */
export function versionBefore(
  name: string,
  { versions, current }: Pick<ModelPointer, 'versions' | 'current'>,
): VersionEntry {
  const found = versions.findLast(({ version }) => version < (current ?? 0));
  if (found === undefined) throw noVersion(name, versions, 'no version before the current one');
  return found;
}

function noVersion(name: string, versions: readonly VersionEntry[], lacking: string): AppError {
  const references = versions.map(({ version }) => `${name}@${version}`);
  return new AppError(
    'model-not-found',
    references.length === 0
      ? `${name} has no version yet: POST /v1/models/${name}/train makes the first of its examples.`
      : `${name} has ${lacking}; there ${references.length === 1 ? 'is' : 'are'} ${references.join(', ')}.`,
    { facts: { models: references } },
  );
}
