import { Hono } from 'hono';
import type { ModelAnswer, ModelsAnswer } from '../contract.ts';
import { AppError } from '../errors.ts';
import type { ArtifactMetadata } from '../mobilenet/artifact.ts';
import type { AppParts } from './parts.ts';

/** GET /v1/models and GET /v1/models/{name}: what can answer, and where it comes from. */
export function modelRoutes({ network }: AppParts): Hono {
  return new Hono()
    .get('/v1/models', (c) => {
      const answer: ModelsAnswer = { models: [describe(network().metadata)] };
      return c.json(answer);
    })
    .get('/v1/models/:name', (c) => {
      const { metadata } = network();
      if (c.req.param('name') !== metadata.model) {
        throw new AppError('model-not-found', `The only model here is ${metadata.model}.`, {
          facts: { models: [metadata.model] },
        });
      }
      return c.json(describe(metadata));
    });
}

function describe(metadata: ArtifactMetadata): ModelAnswer {
  const { model, inputSize, labelCount, license, source, sourceSha256, sha256 } = metadata;
  return {
    name: model,
    input: { width: inputSize, height: inputSize, channels: 3 },
    labelCount,
    license,
    source,
    sourceSha256,
    sha256,
  };
}
