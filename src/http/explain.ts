import { type Context, Hono } from 'hono';
import type { ExplainAnswer, ExplainResults } from '../contract/answers.ts';
import type { operationParameters, ParameterValues } from '../contract/parameters.ts';
import { AppError } from '../errors.ts';
import { namedClasses } from '../mobilenet/class-selection.ts';
import type { Taxonomy } from '../mobilenet/taxonomy.ts';
import { identityOf } from '../pipeline/described-answer.ts';
import { drawExplanation, explainImage } from '../pipeline/explain-image.ts';
import { admit } from './admission.ts';
import { modelNamed, type NamedModel, referenceOf } from './answering.ts';
import type { Question } from './answers.ts';
import type { PetalEnv } from './context.ts';
import { declared, type PhotosRequest, typed } from './declared.ts';
import { acceptedOf, representations } from './negotiation.ts';
import { type Explained, explanationPage } from './pages/explanation-page.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { respondToPhotos } from './photo-request.ts';
import { listItems } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

type Name = (typeof operationParameters.explain)[number];

/** Sides of the picture are no longer, in pixels. */
const maxPictureSide = 1024;

const pictureType = 'image/png';

type EncodePng = typeof import('../image/png-file.ts').encodePng;

/** POST /v1/explain: where in a photo a class is seen; JSON, or a picture. */
export function explainRoutes(parts: AppParts, room: WaitingRoom) {
  return new Hono<PetalEnv>().post(
    '/v1/explain',
    admit(parts, room, 'classify'),
    declared<PhotosRequest<Name>>(),
    (c) => typed<ExplainAnswer | ExplainResults>(explain(c, parts)),
  );
}

async function explain(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  // What is wrong here is refused before the photo is read.
  readParameters('explain', { query });
  const mediaType = acceptedOf(c, [representations.json, pictureType, representations.html]);
  const isDrawn = mediaType !== representations.json;
  const encodePng = isDrawn ? await loadEncoder() : undefined;
  return await respondToPhotos(c, parts, {
    async ask(received) {
      const values = readParameters('explain', { query, ...received });
      const named = await modelNamed(c, parts, values.model);
      // A picture takes up to three megabytes, and its page as much again.
      if (isDrawn && received.photos.length > 1) throw onePictureOnly();
      return explainQuestion(parts, named, values, { mediaType, encodePng });
    },
    respond(outcomes, { isList }) {
      const items = listItems(c, outcomes);
      const [first] = items;
      if (mediaType === representations.html) return c.html(explanationPage(first));
      if (mediaType === pictureType && 'picture' in first && first.picture !== undefined) {
        c.header('Content-Type', pictureType);
        return c.body(first.picture as Uint8Array<ArrayBuffer>);
      }
      const answers = items.map((item) => ('problem' in item ? item : item.answer));
      return c.json(isList ? { results: answers } : answers[0]);
    },
  });
}

/** When it is first needed: the tables that it makes as it is loaded take start-up time. */
async function loadEncoder(): Promise<EncodePng> {
  return (await import('../image/png-file.ts')).encodePng;
}

function onePictureOnly(): AppError {
  return new AppError(
    'too-many-images',
    'A picture shows one photo; send one, or ask for JSON to have many explained at once.',
    { facts: { limitImages: 1 } },
  );
}

/** Of an answer: its media type, and how its picture is made where it has one. */
interface Rendering {
  readonly mediaType: string;
  readonly encodePng: EncodePng | undefined;
}

function explainQuestion(
  { clock, config: limits, network }: AppParts,
  { model, taxonomy }: NamedModel,
  { fit, label, ...others }: ParameterValues<Name>,
  { mediaType, encodePng }: Rendering,
): Question<Explained> {
  const pipeline = { network: network(), limits, now: clock.now };
  const isAllowed = label === undefined ? undefined : selectOnly(taxonomy, label);
  return {
    text: JSON.stringify(['explain', { ...others, fit, label, model: referenceOf(model) }]),
    modelSha256: model.sha256,
    representation: mediaType,
    isJson: encodePng === undefined,
    answer({ bytes, budget }) {
      const explanation = explainImage({ ...pipeline, budget }, bytes, model, { fit, isAllowed });
      const { prediction, heatmap, view, image, durationsMs } = explanation;
      const picture = encodePng?.(
        drawExplanation({ limits, budget }, bytes, explanation, maxPictureSide),
      );
      const { gridRegion: region } = view;
      const answer = { ...identityOf(model), ...prediction, heatmap, region, image };
      return { durationsMs, answer: { answer, picture } };
    },
  };
}

/** By class index: 1 where a class is called so. */
function selectOnly(taxonomy: Taxonomy, label: string): Uint8Array {
  const isAllowed = new Uint8Array(taxonomy.labelCount);
  for (const index of namedClasses(taxonomy, 'label', label)) isAllowed[index] = 1;
  return isAllowed;
}
