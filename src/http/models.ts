import { type Context, Hono } from 'hono';
import type { ModelAnswer, ModelsAnswer } from '../contract/answers.ts';
import { AppError } from '../errors.ts';
import type { ArtifactMetadata } from '../mobilenet/artifact.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import { compatible } from './compatible.ts';
import type { PetalEnv } from './context.ts';
import { typed } from './declared.ts';
import type { AppParts } from './parts.ts';

/** There is one version of each model. */
export const modelVersion = '1';

/** GET /v1/models and GET /v1/models/{name}: what can answer, and where it comes from. */
export function modelRoutes(parts: AppParts) {
  return new Hono<PetalEnv>()
    .get('/v1/models', (c) => {
      const answer = { models: [describeModel(parts.network().metadata)] };
      return typed<ModelsAnswer>(c.json(answer));
    })
    .get('/v1/models/:name', compatible, (c) => {
      const { metadata } = networkNamed(c, parts, c.req.param('name'));
      return typed<ModelAnswer>(c.json(describeModel(metadata)));
    });
}

/**
 * The network that a request names, or the only one.
 *
 * @throws AppError `model-not-found`, `model-unavailable`
 */
export function networkNamed(
  c: Context<PetalEnv>,
  { network }: AppParts,
  name?: string,
): LoadedNetwork {
  const loaded = network();
  const { model } = loaded.metadata;
  if (name !== undefined && name !== model) {
    throw new AppError('model-not-found', `The only model here is ${model}.`, {
      facts: { models: [model] },
    });
  }
  c.get('facts').model = model;
  return loaded;
}

function describeModel(metadata: ArtifactMetadata): ModelAnswer {
  const { model, inputSize, labelCount, license, source, sourceSha256, sha256 } = metadata;
  return {
    name: model,
    input: { width: inputSize, height: inputSize, channels: 3 },
    labelCount,
    license,
    source,
    sourceSha256,
    sha256,
    ...describeVersions(),
  };
}

/** As TensorFlow Serving has it (get_model_status.proto). */
export function describeVersions({
  version,
}: {
  readonly version?: number;
} = {}): Pick<ModelAnswer, 'model_version_status'> {
  const status = { error_code: 'OK', error_message: '' } as const;
  const text = version === undefined ? modelVersion : String(version);
  return { model_version_status: [{ version: text, state: 'AVAILABLE', status }] };
}
