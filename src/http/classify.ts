import { Hono } from 'hono';
import { type ClassifyAnswer, classifyQuery } from '../contract.ts';
import {
  type Classification,
  type ClassifyOptions,
  classifyImage,
  type PipelineParts,
  type Stage,
  stages,
} from '../pipeline/classify-image.ts';
import type { AppParts } from './parts.ts';
import { readQuery } from './query.ts';
import { readPhoto, releasePhoto } from './upload.ts';

/** POST /v1/classify: a photo in, predictions out. */
export function classifyRoutes({ config, network, classes, now }: AppParts): Hono {
  const { maxUploadBytes, ...limits } = config;
  return new Hono().post('/v1/classify', async (c) => {
    const query = readQuery(classifyQuery, new URL(c.req.url).searchParams);
    const bytes = await readPhoto(c.req.raw, maxUploadBytes);
    const loaded = network();
    const { predictions, image, durationsMs } = classifyAndRelease(
      { network: loaded, classes, limits, now },
      bytes,
      { topK: query.top_k, fit: query.fit },
    );
    const timing = serverTiming(durationsMs);
    if (timing !== undefined) c.header('Server-Timing', timing);
    const answer: ClassifyAnswer = { model: loaded.metadata.model, predictions, image };
    return c.json(answer);
  });
}

/** Classifies a photo, and gives its memory back, whatever comes of it. */
function classifyAndRelease(
  parts: PipelineParts,
  bytes: Uint8Array,
  options: ClassifyOptions,
): Classification {
  try {
    return classifyImage(parts, bytes, options);
  } finally {
    releasePhoto(bytes);
  }
}

/**
 * The stages' durations as a Server-Timing header, or nothing where the clock
 * stood still: deployed Workers freeze it during work, as a defence against
 * timing attacks, and a zero would be untrue.
 */
function serverTiming(durationsMs: Record<Stage, number>): string | undefined {
  if (stages.every((stage) => durationsMs[stage] === 0)) return undefined;
  return stages.map((stage) => `${stage};dur=${durationsMs[stage].toFixed(2)}`).join(', ');
}
