import { type Context, Hono } from 'hono';
import { readModelFile } from '../classes/model-file.ts';
import type { CustomModelAnswer, DeletedModelAnswer } from '../contract/models.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import { sha256 } from '../sha256.ts';
import { erasedAt } from '../storage/deletion.ts';
import { currentOf, summaryOf } from '../storage/model-pointer.ts';
import type { TrainedModelState } from '../storage/registered-model.ts';
import { versionOf } from '../storage/version-lookup.ts';
import { admit } from './admission.ts';
import { readReference } from './answering.ts';
import { readBody, releaseBody } from './body.ts';
import type { PetalEnv } from './context.ts';
import { typed } from './declared.ts';
import { isNamedBy } from './entity-tag.ts';
import { describeState, descriptionOf, timeText } from './model-description.ts';
import { askModel, knownModelName, newModelName, registryOf } from './model-registry.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What changes the versions of users' models, and their files. Needs the scope `train`, all of it. */
export function customModelRoutes(parts: AppParts, room: WaitingRoom) {
  const guard = admit(parts, room, 'train');
  return new Hono<PetalEnv>()
    .put('/v1/models/:name', guard, (c) => typed<CustomModelAnswer>(upload(c, parts)))
    .delete('/v1/models/:name', guard, (c) => typed<DeletedModelAnswer>(remove(c, parts)))
    .post('/v1/models/:name/restore', guard, (c) => typed<CustomModelAnswer>(restore(c, parts)))
    .post('/v1/models/:name/rollback', guard, (c) => typed<CustomModelAnswer>(rollBack(c, parts)))
    .post('/v1/models/:name/train', guard, (c) => typed<CustomModelAnswer>(train(c, parts)))
    .get('/v1/models/:name/file', guard, (c) => download(c, parts));
}

async function upload(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = newModelName(c, parts);
  readParameters('plain', { query: new URL(c.req.url).searchParams });
  const { maxModelBytes: maxBytes, uploadTimeoutMs: timeoutMs } = parts.config;
  const advice = 'A head takes 5 kB for each label, and fine-tuned blocks some megabytes.';
  const body = await readBody(c.req.raw, { maxBytes, timeoutMs, advice }, c.get('lease'));
  c.get('facts').bytes = body.length;
  // What was set aside for the body may be larger than it is.
  const file = new Uint8Array(body.buffer.transfer(body.length));
  try {
    // On its way to the object it is copied.
    await c.get('lease').hold(2 * file.length);
    const digest = (await sha256(file)).toHex();
    const { manifest } = readModelFile(file.buffer, backboneOf(parts.network()), digest);
    const summary = summaryOf(manifest, {
      sha256: digest,
      bytes: file.length,
      source: 'upload',
    });
    const published = await askModel(parts, name, 'publish', { file: file.buffer, summary });
    return await answerPublished(c, parts, name, { ...published, manifest });
  } finally {
    releaseBody(file);
  }
}

/**
 * Says what a version is that was published: 201 where it is new. The model is described as it was
 * then, whatever others have made of it since.
 */
async function answerPublished(
  c: Context<PetalEnv>,
  parts: AppParts,
  name: string,
  published: TrainedModelState,
): Promise<Response> {
  const { entry, isKnown, manifest } = published;
  const answer = await describeState(c, parts, name, published, entry, manifest);
  c.header('Cache-Control', 'no-store');
  c.header('ETag', `"${entry.sha256}"`);
  if (!isKnown) c.header('Location', `/v1/models/${name}@${entry.version}`);
  return c.json(answer, isKnown ? 200 : 201);
}

async function remove(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = await knownModelName(c, parts);
  const query = new URL(c.req.url).searchParams;
  const { permanent } = readParameters('deleteModel', { query });
  c.header('Cache-Control', 'no-store');
  if (permanent) {
    await askModel(parts, name, 'erase');
    const now = timeText(Date.now());
    return c.json({ name, deletedAt: now, erasedAt: now } satisfies DeletedModelAnswer);
  }
  const { pointer } = await askModel(parts, name, 'delete');
  const deletedAt = pointer.deletedAt ?? 0;
  return c.json({
    name,
    deletedAt: timeText(deletedAt),
    erasedAt: timeText(erasedAt(deletedAt)),
  } satisfies DeletedModelAnswer);
}

async function restore(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = await knownModelName(c, parts);
  readParameters('plain', { query: new URL(c.req.url).searchParams });
  const restored = await askModel(parts, name, 'restore');
  c.header('Cache-Control', 'no-store');
  return c.json(await describeState(c, parts, name, restored, currentOf(restored.pointer)));
}

async function rollBack(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = await knownModelName(c, parts);
  const query = new URL(c.req.url).searchParams;
  const { version } = readParameters('rollBackModel', { query });
  const published = await askModel(parts, name, 'rollBack', version);
  return await answerPublished(c, parts, name, published);
}

/** Fits a head to the examples, in the model's object, and publishes it. */
async function train(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = await knownModelName(c, parts);
  const query = new URL(c.req.url).searchParams;
  const { mode } = readParameters('trainModel', { query });
  const { model, sha256 } = parts.network().metadata;
  const published = await askModel(parts, name, 'train', mode, { model, sha256 });
  return await answerPublished(c, parts, name, published);
}

/** GET /v1/models/{name}/file and {name}@{version}/file: the very bytes that PUT takes. */
async function download(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const registry = registryOf(parts);
  const { name, version } = readReference(c.req.param('name') ?? '');
  readParameters('plain', { query: new URL(c.req.url).searchParams });
  const { pointer } = await descriptionOf(c, parts, name);
  const entry = versionOf(name, pointer, version ?? pointer.current);
  c.header('Cache-Control', 'no-store');
  c.header('ETag', `"${entry.sha256}"`);
  if (isNamedBy(c.req.header('If-None-Match'), `"${entry.sha256}"`)) return c.body(null, 304);
  await c.get('lease').hold(entry.bytes);
  const file = await registry.file(entry);
  c.header('Content-Type', 'application/octet-stream');
  c.header('Content-Disposition', `attachment; filename="${name}@${entry.version}.safetensors"`);
  return c.body(file);
}

/** What users' models are checked against. */
function backboneOf({ metadata: { model, sha256 }, blocks }: LoadedNetwork) {
  return { model, sha256, blocks };
}
