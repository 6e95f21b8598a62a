import type { Context } from 'hono';
import type { CustomModelAnswer, VersionAnswer } from '../contract/models.ts';
import { AppError } from '../errors.ts';
import type { ModelPointer, VersionEntry } from '../storage/model-pointer.ts';
import { deletedKeptDays, erasedAt } from '../storage/publisher.ts';
import type { Description } from '../storage/registered-model.ts';
import { modelNames, modelNotFound } from './answering.ts';
import type { PetalEnv } from './context.ts';
import { askModel, registryOf } from './model-registry.ts';
import { describeVersions } from './model-status.ts';
import type { AppParts } from './parts.ts';
import { problemOf } from './problem.ts';

/**
 * What there is of a user's model, by the one who knows best.
 *
 * @param version a certain one; what the name stands for, unless named
 * @throws AppError `model-not-found` where there is no such model or version, or it was deleted
 */
export async function describeCustomModel(
  c: Context<PetalEnv>,
  parts: AppParts,
  name: string,
  version?: number,
): Promise<CustomModelAnswer> {
  const description = await descriptionOf(parts, name);
  const { pointer, examples } = description;
  const { versions } = pointer;
  const wanted = version ?? pointer.current;
  return {
    name,
    state: stateOf(description),
    version: wanted,
    versions: versions.map(describeVersion),
    examples: [...examples],
    ...(wanted === null ? {} : await readManifest(c, parts, versionOf(name, pointer, wanted))),
    model_version_status: versions.flatMap((entry) => describeVersions(entry).model_version_status),
  };
}

/**
 * What the object of a model says of it.
 *
 * @throws AppError `model-not-found` where there is no such model, or it was deleted
 */
export async function descriptionOf(parts: AppParts, name: string): Promise<Description> {
  const description =
    parts.models === undefined ? undefined : await askModel(parts, name, 'describe');
  if (description === undefined) throw await modelNotFound(parts, name);
  const { deletedAt } = description.pointer;
  if (deletedAt === null) return description;
  throw new AppError(
    'model-not-found',
    `${name} was deleted at ${timeText(deletedAt)}. For ${deletedKeptDays} days, until ${timeText(erasedAt(deletedAt))}, POST /v1/models/${name}/restore brings it back.`,
    { facts: { models: await modelNames(parts) } },
  );
}

/** @throws AppError `model-not-found` where there is no such version */
export function versionOf(
  name: string,
  { versions }: Pick<ModelPointer, 'versions'>,
  version: number,
): VersionEntry {
  const found = versions.find((entry) => entry.version === version);
  if (found !== undefined) return found;
  const references = versions.map((entry) => `${name}@${entry.version}`);
  throw new AppError(
    'model-not-found',
    `There is no version ${version} of ${name}; there ${references.length === 1 ? 'is' : 'are'} ${references.join(', ')}.`,
    { facts: { models: references } },
  );
}

export function describeVersion({
  version,
  createdAt,
  file,
  ...summary
}: VersionEntry): VersionAnswer {
  return { version, createdAt: timeText(createdAt), ...summary };
}

/** @param time milliseconds since 1970 */
export function timeText(time: number): string {
  return new Date(time).toISOString();
}

function stateOf({ pointer, isTraining }: Description): CustomModelAnswer['state'] {
  if (isTraining) return 'training';
  return pointer.current === null ? 'untrained' : 'ready';
}

/** What a version's file says of it, or why it says nothing: a version that can't be used can be described. */
async function readManifest(
  c: Context<PetalEnv>,
  parts: AppParts,
  entry: VersionEntry,
): Promise<Pick<CustomModelAnswer, 'manifest' | 'problem'>> {
  try {
    const { manifest } = await registryOf(parts).model(entry);
    return { manifest };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { problem: problemOf(c, error) };
  }
}
