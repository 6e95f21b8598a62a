import { Hono } from 'hono';
import type { ClassifyAnswer, ClassifyResults } from '../contract/answers.ts';
import type { operationParameters, ParameterValues } from '../contract/parameters.ts';
import { AppError } from '../errors.ts';
import { selectClasses } from '../mobilenet/class-selection.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import { classifyImage } from '../pipeline/classify-image.ts';
import { admit } from './admission.ts';
import { answerPhotos, type Question } from './answers.ts';
import type { PetalEnv } from './context.ts';
import { declared, type PhotosRequest, typed } from './declared.ts';
import { networkNamed } from './models.ts';
import { type Representation, representationOf, representations } from './negotiation.ts';
import { classificationPage, classificationText } from './pages/classification-page.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { receive } from './receive.ts';
import { listItems, notModified, setAnswerHeaders } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

type Name = (typeof operationParameters.classify)[number];

/** Each heatmap costs 63,000 multiplications and 49 numbers of the answer. */
const maxHeatmaps = 50;

/** POST /v1/classify: photos in, predictions out. */
export function classifyRoutes(parts: AppParts, room: WaitingRoom) {
  return new Hono<PetalEnv>().post(
    '/v1/classify',
    admit(parts, room, 'classify'),
    declared<PhotosRequest<Name>>(),
    async (c) => {
      const query = new URL(c.req.url).searchParams;
      // What is wrong here is refused before the photo is read.
      readParameters('classify', { query });
      const received = await receive(c, parts);
      try {
        const values = readParameters('classify', { query, ...received });
        const network = networkNamed(c, parts, values.model);
        const representation = representationOf(c);
        const question = classifyQuestion(parts, network, values, representation);
        const answered = await answerPhotos(c, parts, received, question);
        setAnswerHeaders(c, answered);
        if (answered.isNotModified) return typed<never>(notModified(c));
        const items = listItems(c, answered.outcomes);
        if (representation === 'html') return typed<never>(c.html(classificationPage(items)));
        if (representation === 'text') return typed<never>(c.text(classificationText(items)));
        return typed<ClassifyAnswer | ClassifyResults>(
          c.json(received.isList ? { results: items } : items[0]),
        );
      } finally {
        received.release();
      }
    },
  );
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
  if (include.includes('heatmap') && values.top_k > maxHeatmaps) {
    throw new AppError(
      'invalid-parameter',
      `Expected a whole number from 1 to ${maxHeatmaps} for top_k with include=heatmap but received ${values.top_k}.`,
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
    isCacheable: true,
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
