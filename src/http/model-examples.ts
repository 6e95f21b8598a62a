import { type Context, Hono } from 'hono';
import type {
  AddExampleAnswer,
  AddExamplesAnswer,
  AddedExample,
  ListExamplesAnswer,
  RemoveExamplesAnswer,
} from '../contract/model-examples.ts';
import type { operationParameters, ParameterValues } from '../contract/parameters.ts';
import { AppError } from '../errors.ts';
import { formats } from '../image/formats.ts';
import { analyseImage } from '../pipeline/analyse-image.ts';
import { type KeptPhoto, type LabelCount, maxKeptPhotoBytes } from '../storage/examples.ts';
import { admit } from './admission.ts';
import type { Question } from './answers.ts';
import type { PetalEnv } from './context.ts';
import { declared, type PhotosRequest, typed } from './declared.ts';
import { timeText } from './model-description.ts';
import { askModel, knownModelName, newModelName } from './model-registry.ts';
import { representations } from './negotiation.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { respondToPhotos } from './photo-request.ts';
import { listItems } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

type Name = (typeof operationParameters.addExamples)[number];

const path = '/v1/models/:name/examples';

/** The photos that a user's model is trained on. Needs the scope `train`, to read as well. */
export function modelExampleRoutes(parts: AppParts, room: WaitingRoom) {
  const guard = admit(parts, room, 'train');
  return new Hono<PetalEnv>()
    .post(path, guard, declared<PhotosRequest<Name>>(), (c) =>
      typed<AddExampleAnswer | AddExamplesAnswer>(add(c, parts)),
    )
    .get(path, guard, (c) => typed<ListExamplesAnswer>(list(c, parts)))
    .delete(path, guard, (c) => typed<RemoveExamplesAnswer>(removeLabel(c, parts)))
    .delete(`${path}/:id`, guard, (c) => typed<RemoveExamplesAnswer>(removeOne(c, parts)))
    .get(`${path}/:id/photo`, guard, (c) => photo(c, parts));
}

/** Embeds photos and stores the embeddings, each before the next photo is looked at. */
function add(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = newModelName(c, parts);
  const query = new URL(c.req.url).searchParams;
  // What is wrong here is refused before the photo is read; the label may be in the body.
  if (query.has('label')) readParameters('addExamples', { query });
  let counts: readonly LabelCount[] | undefined;
  return respondToPhotos(c, parts, {
    ask: (received) =>
      exampleQuestion(
        parts,
        name,
        readParameters('addExamples', { query, ...received }),
        (latest) => {
          counts = latest;
        },
      ),
    async respond(outcomes, { isList }) {
      const results = listItems(c, outcomes).map((item) => ('problem' in item ? item : item.added));
      counts ??= (await askModel(parts, name, 'describe'))?.examples ?? [];
      const examples = [...counts];
      return c.json(
        isList ? { model: name, results, examples } : { model: name, ...results[0], examples },
      );
    },
  });
}

/** One photo's answer, with what is stored of it. */
interface EmbeddedExample {
  readonly added: AddedExample;
  readonly embedding: ArrayBuffer;
  readonly photo?: KeptPhoto;
}

function exampleQuestion(
  parts: AppParts,
  name: string,
  { example_label: label, keep_photos: keepsPhotos }: ParameterValues<Name>,
  onCounts: (counts: readonly LabelCount[]) => void,
): Question<EmbeddedExample> {
  const { clock, config: limits } = parts;
  const network = parts.network();
  const { sha256: backboneSha256 } = network.metadata;
  const pipeline = { network, limits, now: clock.now };
  return {
    text: JSON.stringify(['addExamples', name, label, keepsPhotos]),
    modelSha256: backboneSha256,
    representation: representations.json,
    isJson: false,
    answer({ bytes, sha256: id, budget }) {
      if (keepsPhotos && bytes.length > maxKeptPhotoBytes) throw tooLargeToKeep(bytes.length);
      const { readings, image, durationsMs } = analyseImage({ ...pipeline, budget }, bytes, {
        fit: 'crop',
      });
      return {
        durationsMs,
        answer: {
          added: { id, label, outcome: 'added', image },
          embedding: readings[0].embedding.slice().buffer,
          ...(keepsPhotos
            ? { photo: { mediaType: formats[image.format].mediaType, bytes: bytes.slice().buffer } }
            : {}),
        },
      };
    },
    async store({ added, embedding, photo }) {
      const { id } = added;
      const example = { id, label, embedding, ...(photo === undefined ? {} : { photo }) };
      const stored = await askModel(parts, name, 'addExample', example, backboneSha256);
      onCounts(stored.examples);
      return { added: { ...added, outcome: stored.outcome }, embedding };
    },
  };
}

function tooLargeToKeep(bytes: number): AppError {
  return new AppError(
    'payload-too-large',
    `The photo has ${(bytes / 1e6).toFixed(1)} MB; photos that are kept may have ${maxKeptPhotoBytes / 1e6} MB. Reduce it, or send it without keep_photos.`,
    { facts: { limitBytes: maxKeptPhotoBytes } },
  );
}

async function list(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = await knownModelName(c, parts);
  const query = new URL(c.req.url).searchParams;
  const { listed_label: label, after } = readParameters('listExamples', { query });
  const page = await askModel(parts, name, 'listExamples', label, after);
  c.header('Cache-Control', 'no-store');
  return c.json({
    model: name,
    ...page,
    examples: page.examples.map(({ createdAt, ...example }) => ({
      ...example,
      createdAt: timeText(createdAt),
    })),
  } satisfies ListExamplesAnswer);
}

async function removeLabel(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = await knownModelName(c, parts);
  const query = new URL(c.req.url).searchParams;
  const { removed_label: label } = readParameters('removeExamples', { query });
  const { removed, examples } = await askModel(parts, name, 'removeExamples', { label });
  return answerRemoved(c, name, removed, examples);
}

async function removeOne(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = await knownModelName(c, parts);
  readParameters('plain', { query: new URL(c.req.url).searchParams });
  const id = c.req.param('id') ?? '';
  const { removed, examples } = await askModel(parts, name, 'removeExamples', { id });
  if (removed === 0) throw noExample(name);
  return answerRemoved(c, name, removed, examples);
}

function answerRemoved(
  c: Context<PetalEnv>,
  name: string,
  removed: number,
  examples: readonly LabelCount[],
): Response {
  c.header('Cache-Control', 'no-store');
  return c.json({ model: name, removed, examples: [...examples] } satisfies RemoveExamplesAnswer);
}

async function photo(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const name = await knownModelName(c, parts);
  readParameters('plain', { query: new URL(c.req.url).searchParams });
  const kept = await askModel(parts, name, 'photo', c.req.param('id') ?? '');
  if (kept === undefined) throw noExample(name, ' with its photo kept');
  c.header('Cache-Control', 'no-store');
  c.header('Content-Type', kept.mediaType);
  return c.body(kept.bytes);
}

function noExample(name: string, what = ''): AppError {
  return new AppError(
    'not-found',
    `${name} has no example of this id${what}. GET /v1/models/${name}/examples lists those that there are.`,
  );
}
