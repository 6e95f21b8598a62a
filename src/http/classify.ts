import { type Context, Hono } from 'hono';
import type { ClassifyAnswer, ClassifyResults, ModelsClassifyAnswer } from '../contract/answers.ts';
import type { operationParameters, ParameterValues } from '../contract/parameters.ts';
import { AppError } from '../errors.ts';
import { namedClasses, selectClasses } from '../mobilenet/class-selection.ts';
import { classifyByModels } from '../pipeline/classify-image.ts';
import { describeAnswer, describePhoto } from '../pipeline/described-answer.ts';
import { admit } from './admission.ts';
import { modelsNamed, type NamedModel, referenceOf } from './answering.ts';
import type { Question } from './answers.ts';
import type { PetalEnv } from './context.ts';
import { declared, type PhotosRequest, typed } from './declared.ts';
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
    (c) => typed<ClassifiedPhoto | ClassifyResults>(classify(c, parts)),
  );
}

/** One photo's answer: that of one model, or those of several. */
export type ClassifiedPhoto = ClassifyAnswer | ModelsClassifyAnswer;

function classify(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  // What is wrong here is refused before the photo is read.
  readParameters('classify', { query });
  const representation = representationOf(c);
  return respondToPhotos(c, parts, {
    async ask(received) {
      const values = readParameters('classify', { query, ...received });
      const models = await modelsNamed(c, parts, values.model);
      return classifyQuestion(parts, models, values, representation);
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
  { clock, config: limits, network }: AppParts,
  models: readonly NamedModel[],
  values: ParameterValues<Name>,
  representation: Representation,
): Question<ClassifiedPhoto> {
  const { include, top_k: topK, min_probability: minProbability, fit } = values;
  const detail = detailed.find((name) => include.includes(name));
  if (detail !== undefined && topK * models.length > maxDetailed) {
    const most = Math.floor(maxDetailed / models.length);
    throw new AppError(
      'invalid-parameter',
      `Expected a whole number from 1 to ${most} for top_k with include=${detail} but received ${topK}.`,
      { facts: { parameter: 'top_k' } },
    );
  }
  const selections = selectClassesOf(models, values);
  const questions = models.map(({ model }, i) => ({ model, isAllowed: selections[i] }));
  const pipeline = { network: network(), limits, now: clock.now };
  const options = { topK, minProbability, fit, heatmaps: include.includes('heatmap') };
  return {
    text: JSON.stringify([
      'classify',
      { ...values, model: models.map(({ model }) => referenceOf(model)) },
      models.map(({ model }) => model.thresholds),
    ]),
    modelSha256: models.map(({ model }) => model.sha256).join(),
    representation: representations[representation],
    isJson: true,
    answer({ bytes, budget }) {
      const { answers, image, view, durationsMs } = classifyByModels(
        { ...pipeline, budget },
        bytes,
        questions,
        options,
      );
      const described = models.map(({ model, taxonomy }, i) =>
        describeAnswer(model, answers[i], {
          ancestorsOf: include.includes('ancestors')
            ? (index) => taxonomy.ancestors(index)
            : undefined,
          background: include.includes('background'),
          embedding: include.includes('embedding'),
        }),
      );
      const aboutPhoto = describePhoto({ image, view }, options.heatmaps);
      const [only, ...others] = described;
      const answer =
        others.length === 0 ? { ...only, ...aboutPhoto } : { models: described, ...aboutPhoto };
      return { durationsMs, answer };
    },
  };
}

/**
 * Which classes each model may predict. A name has to mean something to one of
 * the models, not to each: `labels=rose,bee` asks one for its roses, another for
 * its bees.
 */
function selectClassesOf(
  models: readonly NamedModel[],
  { labels, exclude = [] }: Pick<ParameterValues<Name>, 'labels' | 'exclude'>,
): (Uint8Array | undefined)[] {
  const [first, ...others] = models;
  if (others.length === 0) return [selectClasses(first.taxonomy, { labels, exclude })];
  const knows = ({ taxonomy }: NamedModel, name: string): boolean =>
    taxonomy.classesNamed(name).length > 0;
  for (const [parameter, names] of Object.entries({ labels: labels ?? [], exclude })) {
    for (const name of names) {
      // Where none knows it, the first says so, with what it does know.
      if (!models.some((model) => knows(model, name))) {
        namedClasses(first.taxonomy, parameter, name);
      }
    }
  }
  return models.map((model) => {
    const known = labels?.filter((name) => knows(model, name));
    if (known?.length === 0) return new Uint8Array(model.taxonomy.labelCount);
    return selectClasses(model.taxonomy, {
      labels: known,
      exclude: exclude.filter((name) => knows(model, name)),
    });
  });
}
