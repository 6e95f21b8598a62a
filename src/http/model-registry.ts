import type { Context } from 'hono';
import { modelName } from '../classes/model-name.ts';
import { AppError } from '../errors.ts';
import type { ModelRegistry } from '../storage/model-registry.ts';
import type { ModelOperation, RegisteredModel } from '../storage/registered-model.ts';
import { modelNotFound } from './answering.ts';
import type { PetalEnv } from './context.ts';
import type { AppParts } from './parts.ts';

/** @throws AppError `models-not-stored` */
export function registryOf({ models }: Pick<AppParts, 'models'>): ModelRegistry {
  if (models !== undefined) return models;
  throw new AppError(
    'models-not-stored',
    'This Petal was deployed without a place for models of your own: its bindings MODELS and REGISTERED_MODELS are missing.',
  );
}

/**
 * Has a model's object do something.
 *
 * @throws AppError as the operation, `models-not-stored`
 */
export async function askModel<Operation extends ModelOperation>(
  parts: AppParts,
  name: string,
  operation: Operation,
  ...parameters: Parameters<RegisteredModel[Operation]>
): Promise<Awaited<ReturnType<RegisteredModel[Operation]>>> {
  const registry = registryOf(parts);
  try {
    return await registry.ask(name, operation, ...parameters);
  } catch (error) {
    const isUnknown = error instanceof AppError && error.code === 'model-not-found';
    // Which models there are instead, the object of one doesn't know.
    if (isUnknown && Object.keys(error.facts).length === 0) throw await modelNotFound(parts, name);
    throw error;
  }
}

/**
 * The name in the path of a request that may make a model.
 *
 * @throws AppError `invalid-parameter` where users' models can't be called so, `models-not-stored`
 */
export function newModelName(c: Context<PetalEnv>, parts: AppParts): string {
  registryOf(parts);
  const name = c.req.param('name') ?? '';
  const read = modelName.safeParse(name);
  if (!read.success) throw invalidName(`${read.error.issues[0].message}.`);
  if (name === parts.network().metadata.model) {
    throw invalidName(`${name} is the backbone's own name. Choose another.`);
  }
  c.get('facts').model = name;
  return name;
}

function invalidName(message: string): AppError {
  return new AppError('invalid-parameter', message, { facts: { parameter: 'name' } });
}

/**
 * The name in the path of a request about a model that should be there.
 *
 * @throws AppError `model-not-found` where no user's model can be called so, `models-not-stored`
 */
export async function knownModelName(c: Context<PetalEnv>, parts: AppParts): Promise<string> {
  registryOf(parts);
  const name = c.req.param('name') ?? '';
  if (!modelName.safeParse(name).success || name === parts.network().metadata.model) {
    throw await modelNotFound(parts, name);
  }
  c.get('facts').model = name;
  return name;
}
