import type { Context } from 'hono';
import type { Manifest } from '../classes/manifest.ts';
import { modelName } from '../classes/model-name.ts';
import type { CustomModelAnswer, VersionAnswer } from '../contract/models.ts';
import { AppError } from '../errors.ts';
import { deletedKeptDays, erasedAt } from '../storage/deletion.ts';
import type { VersionEntry } from '../storage/model-pointer.ts';
import type { Description } from '../storage/registered-model.ts';
import { versionOf } from '../storage/version-lookup.ts';
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
  const description = await descriptionOf(c, parts, name);
  const { pointer } = description;
  const wanted = version ?? pointer.current;
  const entry = wanted === null ? undefined : versionOf(name, pointer, wanted);
  return await describeState(c, parts, name, description, entry);
}

/**
 * What there was of a user's model at one time.
 *
 * @param entry the version that is described; undefined where there was none yet
 * @param manifest of that version, where it is at hand; otherwise its file is read
 */
export async function describeState(
  c: Context<PetalEnv>,
  parts: AppParts,
  name: string,
  description: Description,
  entry: VersionEntry | undefined,
  manifest?: Manifest,
): Promise<CustomModelAnswer> {
  const { versions } = description.pointer;
  return {
    name,
    state: stateOf(description),
    version: entry?.version ?? null,
    versions: versions.map(describeVersion),
    examples: [...description.examples],
    ...(entry === undefined ? {} : await aboutFile(c, parts, entry, manifest)),
    model_version_status: versions.flatMap((each) => describeVersions(each).model_version_status),
  };
}

/**
 * What the object of a model says of it.
 *
 * @throws AppError `model-not-found` where there is no such model, or it was deleted
 */
export async function descriptionOf(
  c: Context<PetalEnv>,
  parts: AppParts,
  name: string,
): Promise<Description> {
  if (parts.models === undefined || !modelName.safeParse(name).success) {
    throw await modelNotFound(parts, name);
  }
  c.get('facts').model = name;
  const description = await askModel(parts, name, 'describe');
  if (description === undefined) throw await modelNotFound(parts, name);
  const { deletedAt } = description.pointer;
  if (deletedAt === null) return description;
  throw new AppError(
    'model-not-found',
    `${name} was deleted at ${timeText(deletedAt)}. For ${deletedKeptDays} days, until ${timeText(erasedAt(deletedAt))}, POST /v1/models/${name}/restore brings it back.`,
    { facts: { models: await modelNames(parts) } },
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
async function aboutFile(
  c: Context<PetalEnv>,
  parts: AppParts,
  entry: VersionEntry,
  atHand?: Manifest,
): Promise<Pick<CustomModelAnswer, 'manifest' | 'problem'>> {
  if (atHand !== undefined) return { manifest: atHand };
  try {
    const { manifest } = await registryOf(parts).model(entry);
    return { manifest };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { problem: problemOf(c, error) };
  }
}
