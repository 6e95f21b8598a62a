import { type Context, Hono } from 'hono';
import { authorise } from '../access/authorise.ts';
import type {
  CustomModelAnswer,
  CustomModelSummary,
  ModelAnswer,
  ModelsAnswer,
} from '../contract/models.ts';
import { AppError } from '../errors.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import { admitToModel, callerRequest } from './admission.ts';
import { readReference } from './answering.ts';
import { compatible } from './compatible.ts';
import type { PetalEnv } from './context.ts';
import { typed } from './declared.ts';
import { describeCustomModel, describeVersion } from './model-description.ts';
import { describeVersions } from './model-status.ts';
import type { AppParts } from './parts.ts';
import type { WaitingRoom } from './waiting-room.ts';

/**
 * GET /v1/models and GET /v1/models/{name}: what can answer, and where it comes
 * from. The backbone's own classes everybody may know of; users' models only
 * those who may ask with them.
 */
export function modelRoutes(parts: AppParts, room: WaitingRoom) {
  return new Hono<PetalEnv>()
    .get('/v1/models', async (c) => {
      c.header('Cache-Control', 'no-store');
      const models = [describeModel(parts.network()), ...(await summaries(c, parts))];
      return typed<ModelsAnswer>(c.json({ models }));
    })
    .get('/v1/models/:name', compatible, admitToModel(parts, room, 'name'), (c) =>
      typed<ModelAnswer | CustomModelAnswer>(describe(c, parts, c.req.param('name'))),
    );
}

async function describe(
  c: Context<PetalEnv>,
  parts: AppParts,
  reference: string,
): Promise<Response> {
  c.header('Cache-Control', 'no-store');
  if (isBackbone(parts, reference)) {
    c.get('facts').model = reference;
    return c.json(describeModel(parts.network()));
  }
  const { name, version } = readReference(reference);
  return c.json(await describeCustomModel(c, parts, name, version));
}

function isBackbone({ network }: AppParts, name: string): boolean {
  return name === network().metadata.model;
}

async function summaries(c: Context<PetalEnv>, parts: AppParts): Promise<CustomModelSummary[]> {
  if (parts.models === undefined || !(await mayClassify(c, parts))) return [];
  const models = await parts.models.summaries();
  return models.map(({ name, current }) => ({ name, ...describeVersion(current) }));
}

async function mayClassify(c: Context<PetalEnv>, parts: AppParts): Promise<boolean> {
  try {
    await authorise(parts.access, callerRequest(c, parts), 'classify');
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function describeModel({ metadata, arithmetic }: LoadedNetwork): ModelAnswer {
  const { model, inputSize, labelCount, license, source, sourceSha256, sha256 } = metadata;
  return {
    name: model,
    input: { width: inputSize, height: inputSize, channels: 3 },
    labelCount,
    arithmetic,
    license,
    source,
    sourceSha256,
    sha256,
    ...describeVersions(),
  };
}
