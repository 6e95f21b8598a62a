import { type Context, Hono } from 'hono';
import type { ClassifyAnswer, ClassifyResults } from '../contract/answers.ts';
import type { operationParameters, ParameterValues } from '../contract/parameters.ts';
import { AppError } from '../errors.ts';
import { selectClasses } from '../mobilenet/class-selection.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import { classifyImage } from '../pipeline/classify-image.ts';
import { admit } from './admission.ts';
import type { Question } from './answers.ts';
import type { PetalEnv } from './context.ts';
import { declared, type PhotosRequest, typed } from './declared.ts';
import { networkNamed } from './models.ts';
import { type Representation, representationOf, representations } from './negotiation.ts';
import { classificationPage, classificationText } from './pages/classification-page.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { respondToPhotos } from './photo-request.ts';
import { listItems } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

type Name = (typeof operationParameters.classify)[number];

/** What can be added to each prediction: a kilobyte, which 32 photos with a thousand each have no memory for. */
const detailed = ['ancestors', 'heatmap'] as const;
const maxDetailed = 50;

/** POST /v1/classify: photos in, predictions out. */
export function classifyRoutes(parts: AppParts, room: WaitingRoom) {
  return new Hono<PetalEnv>().post(
    '/v1/classify',
    admit(parts, room, 'classify'),
    declared<PhotosRequest<Name>>(),
    (c) => typed<ClassifyAnswer | ClassifyResults>(classify(c, parts)),
  );
}

function classify(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  // What is wrong here is refused before the photo is read.
  readParameters('classify', { query });
  const representation = representationOf(c);
  return respondToPhotos(c, parts, {
    ask(received) {
      const values = readParameters('classify', { query, ...received });
      const network = networkNamed(c, parts, values.model);
      return classifyQuestion(parts, network, values, representation);
    },
    respond(outcomes, { isList }) {
      const items = listItems(c, outcomes);
      if (representation === 'html') return c.html(classificationPage(items));
      if (representation === 'text') return c.text(classificationText(items));
      return c.json(isList ? { results: items } : items[0]);
    },
  });
}

/** What POST /v1/classify asks of each photo; other protocols ask it, too. */
export function classifyQuestion(
  { classes, clock, config, taxonomy }: AppParts,
  network: LoadedNetwork,
  values: ParameterValues<Name>,
  representation: Representation,
): Question<ClassifyAnswer> {
  const { model, sha256 } = network.metadata;
  const { labels, exclude, include } = values;
  const detail = detailed.find((name) => include.includes(name));
  if (detail !== undefined && values.top_k > maxDetailed) {
    throw new AppError(
      'invalid-parameter',
      `Expected a whole number from 1 to ${maxDetailed} for top_k with include=${detail} but received ${values.top_k}.`,
      { facts: { parameter: 'top_k' } },
    );
  }
  const isAllowed = selectClasses(taxonomy, { labels, exclude });
  const thresholds = {
    minTopProbability: config.unknownProbability,
    minMargin: config.unknownMargin,
  };
  const options = {
    topK: values.top_k,
    minProbability: values.min_probability,
    fit: values.fit,
    heatmaps: include.includes('heatmap'),
    thresholds,
    isAllowed,
  };
  return {
    text: JSON.stringify(['classify', { ...values, model }, thresholds]),
    modelSha256: sha256,
    representation: representations[representation],
    isJson: true,
    answer(bytes) {
      const { predictions, unknown, image, backgroundProbability, embedding, view, durationsMs } =
        classifyImage({ network, classes, limits: config, now: clock.now }, bytes, options);
      return {
        durationsMs,
        answer: {
          model,
          predictions: include.includes('ancestors')
            ? predictions.map((prediction) => ({
                ...prediction,
                ancestors: [...taxonomy.ancestors(prediction.index)],
              }))
            : predictions,
          unknown,
          image,
          ...(include.includes('background') ? { background: backgroundProbability } : {}),
          ...(include.includes('heatmap') ? { region: view.gridRegion } : {}),
          ...(include.includes('embedding') ? { embedding: Array.from(embedding) } : {}),
        },
      };
    },
  };
}
